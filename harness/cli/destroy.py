"""``catalog-harness destroy``: destroy kept stacks."""

from typing import Any

import click
from rich.console import Console

from harness.cli.options import harness_options, settings_from
from harness.cli.session import observed_run
from harness.core.errors import HarnessError, UsageError
from harness.pipeline.lifetime import teardown
from harness.run.ledger import Ledger


@click.command()
@harness_options(
    "environment-suffix",
    environment_suffix="suffix of the stack to destroy (default: the newest deployed stack)",
)
@click.option(
    "--all", "every", is_flag=True, help="Destroy every run on record that may have resources."
)
@click.pass_context
def destroy(context: click.Context, /, *, every: bool, **given: Any) -> None:
    """Destroy a kept stack, and prove that nothing of it is left."""
    settings = settings_from(given)
    if every and given["environment_suffix"]:
        raise UsageError(
            "--all and --environment-suffix were both given", remedy="use one of the two"
        )
    ledger = Ledger(settings.home)
    if not every:
        _destroy(ledger.choose(settings.environment_suffix))
        return
    failures = 0
    for record in ledger.records():
        try:
            _destroy(record.environment_suffix)
        except HarnessError as error:  # the other runs are destroyed all the same
            failures += 1
            notes = getattr(error, "__notes__", ())
            text = "\n".join([str(error), *notes])
            click.echo(f"Error: {record.environment_suffix}: {text}", err=True)
    unreadable = ledger.unreadable()
    for each in unreadable:
        click.echo(f"Error: {each}", err=True)
    context.exit(1 if failures or unreadable else 0)


def _destroy(suffix: str) -> None:
    settings = settings_from({"environment_suffix": suffix}, reuse_stack=True)
    with observed_run(settings, Console()) as current:
        proof = teardown(current)
    click.echo(str(proof) if proof else f"{suffix}: nothing to destroy")
