"""Proving a deployed stack: all checks, with the second plan beside those that only read."""

from collections.abc import Sequence

from harness.checks.framework.context import CheckContext
from harness.checks.registry import run_checks
from harness.core.errors import DriftError
from harness.deploy.deploy import Deployment
from harness.pipeline.outcome import RunOutcome
from harness.run.evidence import CheckResult
from harness.terraform.drift import require_no_drift


def prove(
    deployment: Deployment,
    outcome: RunOutcome,
    *,
    only: Sequence[str] | None = None,
    exclusive: bool = True,
) -> None:
    """Run the checks and the second plan, and collect what they say.

    The plan runs beside the checks that only read; those that change the stack (and restore
    it) wait for its end. Drift and failed checks are collected, not raised.

    Args:
        deployment: The deployed stack.
        outcome: Where results and a drift error are collected.
        only: Patterns of check ids; None for all.
        exclusive: Whether to run the checks that change the stack.

    Raises:
        UsageError: A pattern names no check.
        TerraformError: The second plan could not be made.
    """
    run = deployment.run
    context = CheckContext(
        deployment.target,
        deployment.outputs,
        deployment.config,  # type: ignore[arg-type]
        record=run.timeline.observer.check_finished,
        patience=deployment.target.deadlines.check,
    )
    watch = deployment.watch_drift()

    def keep(result: CheckResult) -> None:
        """Take each as it comes: it counts also when the second plan fails, or after Ctrl-C."""
        outcome.results += (result,)

    try:
        with run.timeline.phase("checks"):
            # Once more, in the order of the report.
            outcome.results = run_checks(
                context,
                only=only,
                exclusive=exclusive,
                before_exclusive=watch.wait,
                on_result=keep,
            )
        require_no_drift(watch.wait(), run.timeline.note)
    except DriftError as error:
        outcome.errors.append(error)
    finally:
        watch.cancel()
