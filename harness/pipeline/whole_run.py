"""The order of a whole run: deploy, prove, tear down."""

from harness.pipeline.lifetime import deployed
from harness.pipeline.outcome import RunOutcome, kept_note
from harness.pipeline.prove import prove
from harness.run.run import Run


def whole_run(run: Run, outcome: RunOutcome, *, keep: bool, checks: bool = True) -> None:
    """Deploy the stack, run the checks, destroy it, and prove that nothing is left.

    Args:
        outcome: Receives the results of the checks, errors of the second plan and notes.
        keep: Leave a stack up that was deployed completely.

    Raises:
        HarnessError: The deployment or the teardown failed, or something was left behind.
    """
    with deployed(run, keep=keep) as deployment:
        outcome.record_deployment(deployment)
        if checks:
            prove(deployment, outcome)
        run.update(verified=not outcome.errors and not keep)
    if keep:
        outcome.notes.append(kept_note(run.environment_suffix))
