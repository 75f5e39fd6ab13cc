"""``catalog-harness list``: the runs that may have resources."""

import json
from dataclasses import asdict

import click

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
    for run in runs:
        _print(run)
    if not runs and not unreadable:
        click.echo("no run on record may have resources")
    for error in unreadable:
        click.echo(f"unreadable: {error}")


def _print(run: ListedRun) -> None:
    expiry = f"expires {run.expires_at}" if run.expires_at else "does not expire"
    age = f"{run.age_minutes} min old"
    click.echo(f"{run.environment_suffix}  {run.target}  {run.status}, {age}, {expiry}")
    for text in (run.owner and f"in use by {run.owner}", run.abandoned):
        if text:
            click.echo(f"  {text}")
    click.echo(f"  destroy would {run.destroy}")
