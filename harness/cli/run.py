"""``catalog-harness run`` and ``deploy``."""

from typing import Any

import click

from harness.cli.options import harness_options, settings_from
from harness.cli.session import reported
from harness.pipeline.lifetime import whole_run
from harness.settings.options import OPTIONS

json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Write each event as a line of JSON to standard output, like `terraform apply -json`.",
)

_DEPLOY_OPTIONS = tuple(
    option.name for option in OPTIONS if option.name not in ("keep-stack", "reuse-stack")
)


@click.command()
@harness_options(*_DEPLOY_OPTIONS, "keep-stack")
@json_option
@click.pass_context
def run(context: click.Context, /, *, as_json: bool, **given: Any) -> None:
    """Deploy the stack, run the checks, destroy it, prove that nothing is left.

    The stack is always destroyed, also after a failure, Ctrl-C or SIGTERM.
    """
    settings = settings_from(given)
    keep = settings.keep_stack
    with reported(settings, keep=keep, as_json=as_json) as (current, outcome):
        whole_run(current, outcome, keep=keep)
    context.exit(1 if outcome.failed else 0)


@click.command()
@harness_options(*_DEPLOY_OPTIONS)
@json_option
def deploy(*, as_json: bool, **given: Any) -> None:
    """Deploy the stack and keep it, for `check`, `pytest --catalog-reuse-stack` and manual use.

    If the deployment fails, the resources created so far are destroyed.
    """
    settings = settings_from(given, keep_stack=True)
    with reported(settings, keep=True, as_json=as_json) as (current, outcome):
        whole_run(current, outcome, keep=True, checks=False)
