"""``catalog-harness run``, ``deploy`` and ``destroy``."""

from typing import Any

import click
from rich.console import Console

from harness.commands.options import harness_options, settings_from
from harness.commands.session import observed_run, reported
from harness.deployment import deployed, teardown
from harness.ledger import Ledger
from harness.prove import prove
from harness.run_report import kept_note

__all__ = ["deploy", "destroy", "run"]

_DEPLOY_OPTIONS = (
    "target",
    "region",
    "environment-suffix",
    "report-dir",
    "stack-config",
    "terraform",
    "provider-mirror",
    "container-engine",
    "skip-preflight",
)


@click.command()
@harness_options(*_DEPLOY_OPTIONS, "keep-stack")
@click.pass_context
def run(context: click.Context, /, **given: Any) -> None:
    """Deploy the stack, prove that it works, tear it down, prove that nothing is left.

    The stack is destroyed on every way out, also after a failure, Ctrl-C or SIGTERM.
    """
    settings = settings_from(given)
    with reported(settings, keep=settings.keep_stack) as (current, outcome):
        with deployed(current, keep=settings.keep_stack) as deployment:
            outcome.look_at(deployment)
            prove(deployment, outcome)
        if settings.keep_stack:
            outcome.notes.append(kept_note(current.environment_suffix))
    context.exit(1 if outcome.failed else 0)


@click.command()
@harness_options(*_DEPLOY_OPTIONS)
def deploy(**given: Any) -> None:
    """Deploy the stack and leave it up, for `check`, `pytest --reuse-stack` and by hand.

    If deploying fails, what was deployed so far is destroyed.
    """
    settings = settings_from(given, keep_stack=True)
    with reported(settings, keep=True) as (current, outcome):
        with deployed(current, keep=True) as deployment:
            outcome.look_at(deployment)
        outcome.notes.append(kept_note(current.environment_suffix))


@click.command()
@harness_options("environment-suffix")
@click.option("--all", "every", is_flag=True, help="Every run on record that may have resources.")
def destroy(*, every: bool, **given: Any) -> None:
    """Tear a stack down that was left up, and prove that nothing of it is left.

    Without --environment-suffix: the newest one that is up.
    """
    settings = settings_from(given)
    ledger = Ledger(settings.home)
    chosen = (
        tuple(record.environment_suffix for record in ledger.records())
        if every
        else (ledger.choose(settings.environment_suffix),)
    )
    for suffix in chosen:
        named = settings_from({"environment_suffix": suffix}, reuse_stack=True)
        with observed_run(named, Console()) as current:
            proof = teardown(current)
        click.echo(str(proof) if proof else f"{suffix}: nothing was left to destroy")

