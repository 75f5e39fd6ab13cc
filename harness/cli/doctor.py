"""``catalog-harness doctor``: check this machine."""

import json
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.catalog.app import OLDEST_NODE, find_node
from harness.cli.options import format_option, harness_options, settings_from
from harness.doctor import Diagnosis, Verdict, diagnose, is_usable

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.MISSING: "bold red"}
_MAX_WIDTH = 120


@click.command()
@harness_options("terraform", "provider-mirror", "provider-clock")
@format_option
@click.pass_context
def doctor(context: click.Context, /, *, layout: str, **given: Any) -> None:
    """Check whether this machine can run the embedded target.

    Read-only: nothing is changed, started or downloaded. Exit status 1 when a requirement of
    the embedded target is missing.
    """
    diagnoses = diagnose(settings_from(given), find_node=find_node, oldest_node=OLDEST_NODE)
    if layout == "json":
        findings = [asdict(each) for each in diagnoses]
        click.echo(json.dumps({"usable": is_usable(diagnoses), "findings": findings}, indent=2))
    else:
        console = Console()
        console.print(_table(diagnoses), width=min(console.width, _MAX_WIDTH))
        console.print(_conclusion(diagnoses))
    context.exit(0 if is_usable(diagnoses) else 1)


def _table(diagnoses: tuple[Diagnosis, ...]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in diagnoses:
        found = Text(each.found)
        if each.remedy:
            found.append(f"\nWhat to do: {each.remedy}", style="dim")
        verdict = Text(each.verdict.value, style=_STYLES[each.verdict])
        table.add_row(verdict, each.name, found)
    return table


def _conclusion(diagnoses: tuple[Diagnosis, ...]) -> Text:
    missing = [each.name for each in diagnoses if each.verdict is Verdict.MISSING]
    if missing:
        return Text(f"\nThe embedded target cannot be used: {', '.join(missing)}", style="bold red")
    return Text("\nThe embedded target can be used: catalog-harness run", style="green")
