"""``catalog-harness run``, ``deploy``, ``destroy`` and ``benchmark``."""

from typing import Any

import click
from rich.console import Console

from harness.benchmarks.bare_terraform import compare
from harness.cli.options import harness_options, settings_from
from harness.cli.session import observed_run, reported
from harness.core.errors import HarnessError, UsageError
from harness.pipeline.lifetime import deployed, teardown
from harness.pipeline.outcome import kept_note
from harness.pipeline.prove import prove
from harness.run.ledger import Ledger
from harness.settings.options import OPTIONS

_MAX_RATIO = 1.10
_DEPLOY_OPTIONS = tuple(
    option.name for option in OPTIONS if option.name not in ("keep-stack", "reuse-stack")
)


@click.command()
@harness_options(*_DEPLOY_OPTIONS, "keep-stack")
@click.pass_context
def run(context: click.Context, /, **given: Any) -> None:
    """Deploy the stack, run the checks, destroy it, prove that nothing is left.

    The stack is always destroyed, also after a failure, Ctrl-C or SIGTERM.
    """
    settings = settings_from(given)
    with reported(settings, keep=settings.keep_stack) as (current, outcome):
        with deployed(current, keep=settings.keep_stack) as deployment:
            outcome.record_deployment(deployment)
            prove(deployment, outcome)
            current.update(verified=not outcome.errors and not settings.keep_stack)
        if settings.keep_stack:
            outcome.notes.append(kept_note(current.environment_suffix))
    context.exit(1 if outcome.failed else 0)


@click.command()
@harness_options(*_DEPLOY_OPTIONS)
def deploy(**given: Any) -> None:
    """Deploy the stack and keep it, for `check`, `pytest --reuse-stack` and manual use.

    If the deployment fails, the resources created so far are destroyed.
    """
    settings = settings_from(given, keep_stack=True)
    with reported(settings, keep=True) as (current, outcome):
        with deployed(current, keep=True) as deployment:
            outcome.record_deployment(deployment)
        outcome.notes.append(kept_note(current.environment_suffix))


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
            click.echo(f"Error: {record.environment_suffix}: {error}", err=True)
    context.exit(1 if failures else 0)


def _destroy(suffix: str) -> None:
    settings = settings_from({"environment_suffix": suffix}, reuse_stack=True)
    with observed_run(settings, Console()) as current:
        proof = teardown(current)
    click.echo(str(proof) if proof else f"{suffix}: nothing to destroy")


@click.command()
@harness_options("region", "terraform", "provider-mirror")
@click.pass_context
def benchmark(context: click.Context, /, **given: Any) -> None:
    """Compare the duration of a whole run with bare Terraform on the same emulator.

    Takes about six minutes. Bare Terraform: start of the emulator, then `terraform init`,
    `apply` and `destroy` of the same configuration. Both are measured once, one after the
    other; quote the ratio, not the seconds. Exit status 1 when the ratio is above 1.10.
    """
    result = compare(settings_from(given), lambda line: click.echo(line, err=True))
    for step, seconds in result.bare.items():
        click.echo(f"bare     {step:<20} {seconds:8.1f} s")
    click.echo(f"bare     {'in all':<20} {sum(result.bare.values()):8.1f} s")
    click.echo(f"harness  {'the whole run':<20} {result.harness:8.1f} s")
    click.echo(f"ratio    {'harness / bare':<20} {result.ratio:8.2f}   (maximum: {_MAX_RATIO:.2f})")
    context.exit(1 if result.ratio > _MAX_RATIO else 0)
