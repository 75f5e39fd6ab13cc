"""``catalog-harness list``: the runs that may have resources."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from harness.cli.options import settings_from
from harness.run.ledger import Ledger
from harness.teardown.listing import ListedRun, list_runs


@click.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list(*, as_json: bool) -> None:  # noqa: A001 -- the name of the command
    """List the runs that may have resources, and what destroying them would do.

    Also their owners, age and expiry. Sends no request. A record that cannot be read is listed as
    unreadable.
    """
    ledger = Ledger(settings_from({}).home)
    runs, unreadable = tuple(list_runs(ledger)), ledger.unreadable()
    if as_json:
        content = {
            "runs": [asdict(run) for run in runs],
            "unreadable": [error.message for error in unreadable],
        }
        click.echo(json.dumps(content, indent=2))
        return
    if runs:
        Console().print(_table(runs))
    elif not unreadable:
        click.echo("no run on record may have resources")
    for error in unreadable:
        click.echo(f"unreadable: {error}")


def _table(runs: tuple[ListedRun, ...]) -> Table:
    columns = ("run", "target", "state", "owner", "age", "expires", "destroy would")
    table = Table(*columns, box=None, pad_edge=False)
    for run in runs:
        state = "; ".join(filter(None, (run.status, run.abandoned)))
        age, expiry = f"{run.age_minutes} min", run.expires_at or "never"
        owner = run.owner or "none"
        table.add_row(run.environment_suffix, run.target, state, owner, age, expiry, run.destroy)
    return table
