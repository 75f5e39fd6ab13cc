"""``catalog-harness check``: run the checks against a deployed stack."""

import json
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from harness.checks.registry import all_checks
from harness.cli.options import harness_options, settings_from
from harness.cli.session import reported
from harness.core.errors import UsageError
from harness.deploy.deploy import attach
from harness.pipeline.prove import prove


@click.command()
@harness_options(
    "environment-suffix",
    "report-dir",
    environment_suffix="suffix of the stack to check (default: the newest deployed stack)",
)
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Run only the checks whose id matches this pattern, such as 'alb/*' (repeatable).",
)
@click.option(
    "--read-only", is_flag=True, help="Skip the checks that change the stack (and restore it)."
)
@click.option("--list", "list_only", is_flag=True, help="List the checks and exit.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print JSON.")
@click.pass_context
def check(
    context: click.Context,
    /,
    *,
    only: tuple[str, ...],
    read_only: bool,
    list_only: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Run the checks against a deployed stack.

    `deploy`, `run --keep-stack` and `pytest --catalog-keep-stack` leave a stack deployed.
    """
    if as_json and not list_only:
        raise UsageError("--json: only with --list", remedy="results are in report.json")
    if list_only:
        _list(as_json=as_json)
        return
    with reported(settings_from(given, reuse_stack=True)) as (run, outcome):
        deployment = attach(run)
        outcome.record_deployment(deployment)
        prove(deployment, outcome, only=only or None, exclusive=not read_only)
    context.exit(1 if outcome.failed else 0)


def _list(*, as_json: bool) -> None:
    """Print the checks: as JSON, as a table on a terminal, else one line per check."""
    if as_json:
        click.echo(json.dumps([asdict(spec) for spec in all_checks()], indent=2))
    elif (console := Console()).is_terminal:
        table = Table("check", "claim", "plane", box=None, pad_edge=False)
        for spec in all_checks():
            table.add_row(spec.id, spec.claim, spec.plane)
        console.print(table)
    else:
        for spec in all_checks():
            click.echo(f"{spec.id}\t{spec.plane}\t{spec.claim}")
