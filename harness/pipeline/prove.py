"""Proves a deployed stack: all checks, with the second plan parallel to the read-only ones."""

from collections.abc import Callable, Sequence

from harness.checks.framework.context import CheckContext
from harness.checks.framework.expected import ExpectedStack
from harness.checks.registry import run_checks
from harness.core.errors import DriftError, HarnessError
from harness.core.interrupts import deferred_interrupts
from harness.deploy.deploy import Deployment, ended_target, require_target
from harness.deploy.service_watch import watched
from harness.pipeline.bundle import save_bundle
from harness.pipeline.outcome import RunOutcome
from harness.run.evidence import CheckResult, Status
from harness.terraform.drift import DriftWatch


def check_context(deployment: Deployment, record: Callable[[CheckResult], None]) -> CheckContext:
    """Return the context of the checks of a deployment; ``record`` receives each result."""
    return CheckContext(
        deployment.target,
        deployment.outputs,
        ExpectedStack.of(deployment.config),
        deployment.run.stack.describe(deployment.state()),
        record=record,
        patience=deployment.target.deadlines.check,
    )


def prove(
    deployment: Deployment,
    outcome: RunOutcome,
    *,
    only: Sequence[str] | None = None,
    exclusive: bool = True,
) -> None:
    """Run the checks and the second plan, and collect their results.

    The plan runs parallel to the read-only checks; those that change the stack (and restore
    it) wait for its end. Drift and failed checks are collected, not raised.

    Args:
        only: Patterns of check ids; None: all checks.

    Raises:
        UsageError: A pattern matches no check.
        TerraformError: The second plan failed.
    """
    run = deployment.run
    context = check_context(deployment, run.timeline.observer.check_finished)
    watch: DriftWatch | None = None
    services = run.stack.ecs_services(deployment.config)

    def collect(result: CheckResult) -> None:
        """Keep each result at once: it counts also if the second plan fails, or after Ctrl-C."""
        outcome.results += (result,)

    try:
        with deferred_interrupts():  # otherwise nothing would cancel it
            watch = deployment.watch_drift()
        with (
            run.timeline.phase("checks"),
            watched(deployment.target, services, lambda _: None, run.timeline.event),
        ):
            # Again, in the order of the report.
            outcome.results = run_checks(
                context,
                only=only,
                exclusive=exclusive,
                before_exclusive=watch.wait,
                on_result=collect,
            )
        outcome.proved = any(each.status is Status.PASSED for each in outcome.results)
        watch.wait().require_none(run.timeline.note)
    except DriftError as error:
        outcome.errors.append(error)
    except HarnessError as error:
        require_target(run, error)
        raise
    finally:
        if watch is not None:
            watch.cancel()
    if outcome.failed:
        if (ended := ended_target(run)) is not None:
            outcome.errors.insert(0, ended)
        save_bundle(run)
