"""``catalog-harness run`` and ``deploy``."""

from typing import Any

import click

from harness.cli.options import harness_options, settings_from
from harness.cli.session import reported
from harness.pipeline.whole_run import whole_run
from harness.settings.options import OPTIONS

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
        whole_run(current, outcome, keep=settings.keep_stack)
    context.exit(1 if outcome.failed else 0)


@click.command()
@harness_options(*_DEPLOY_OPTIONS)
def deploy(**given: Any) -> None:
    """Deploy the stack and keep it, for `check`, `pytest --catalog-reuse-stack` and manual use.

    If the deployment fails, the resources created so far are destroyed.
    """
    settings = settings_from(given, keep_stack=True)
    with reported(settings, keep=True) as (current, outcome):
        whole_run(current, outcome, keep=True, checks=False)
