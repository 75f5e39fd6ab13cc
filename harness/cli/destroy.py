"""``catalog-harness destroy``: destroy kept stacks."""

import sys
from typing import Any

import click
from rich.console import Console

from harness.cli.options import harness_options, settings_from
from harness.cli.session import observed_run
from harness.core.errors import HarnessError, UsageError
from harness.pipeline.lifetime import teardown
from harness.run.ledger import Ledger
from harness.run.owner import Owner


@click.command()
@harness_options(
    "environment-suffix",
    environment_suffix="suffix of the stack to destroy (default: the newest deployed stack)",
)
@click.option(
    "--all", "every", is_flag=True, help="Destroy every run on record that may have resources."
)
@click.option(
    "--force",
    is_flag=True,
    help="Destroy also a run that another process uses, after a confirmation on the terminal.",
)
@click.pass_context
def destroy(context: click.Context, /, *, every: bool, force: bool, **given: Any) -> None:
    """Destroy a kept stack, and prove that nothing of it is left.

    A run whose process is alive is left alone: exit status 2.
    """
    settings = settings_from(given)
    if every and given["environment_suffix"]:
        raise UsageError(
            "--all and --environment-suffix were both given", remedy="use one of the two"
        )
    ledger = Ledger(settings.home)
    if not every:
        _destroy(ledger, ledger.choose(settings.environment_suffix), force=force)
        return
    statuses = {0}
    for record in ledger.records():
        try:
            _destroy(ledger, record.environment_suffix, force=force)
        except HarnessError as error:  # the other runs are destroyed all the same
            statuses.add(error.exit_code)
            text = "\n".join([str(error), *getattr(error, "__notes__", ())])
            click.echo(f"Error: {record.environment_suffix}: {text}", err=True)
    for each in ledger.unreadable():
        statuses.add(each.exit_code)
        click.echo(f"Error: {each}", err=True)
    context.exit(1 if 1 in statuses else max(statuses))


def _destroy(ledger: Ledger, suffix: str, *, force: bool) -> None:
    if force and (owner := ledger.owner(suffix)):
        _confirm(suffix, owner)
    settings = settings_from({"environment_suffix": suffix}, reuse_stack=True)
    with observed_run(settings, Console(), force=force) as current:
        proof = teardown(current)
    click.echo(str(proof) if proof else f"{suffix}: nothing to destroy")


def _confirm(suffix: str, owner: Owner) -> None:
    """Ask before a run is taken away from a living process."""
    if not sys.stdin.isatty():
        raise UsageError(
            f"the run {suffix} is in use by {owner}, and --force asks on a terminal only",
            remedy="end that process, or run the command on a terminal",
        )
    if not click.confirm(f"The run {suffix} is in use by {owner}. Destroy it all the same?"):
        owner.require_not(suffix)
