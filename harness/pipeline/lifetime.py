"""The lifetime of a stack: deployed on entry of a context, destroyed on every exit; a whole run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from harness.checks.framework.context import InterruptedCheckError
from harness.checks.readiness import await_readiness
from harness.core.errors import (
    CheckFailedError,
    DurationError,
    EmulatorError,
    HarnessError,
    LeakError,
)
from harness.core.interrupts import shielded
from harness.core.max_duration import time_limit
from harness.deploy.deploy import Deployment, deploy
from harness.deploy.failure_reasons import cancelled
from harness.deploy.service_watch import watched
from harness.pipeline.bundle import save_bundle
from harness.pipeline.continuation import continuation
from harness.pipeline.outcome import RunOutcome, kept_note
from harness.pipeline.prove import check_context, prove
from harness.run.ledger import RunStatus
from harness.run.run import Run
from harness.run.teardown_result import TeardownState
from harness.teardown.destroy import destroy
from harness.teardown.proof import TeardownProof


def whole_run(run: Run, outcome: RunOutcome, *, keep: bool, checks: bool = True) -> None:
    """Deploy the stack, run the checks, destroy it unless kept, and prove that nothing is left.

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


@contextmanager
def deployed(run: Run, *, keep: bool = False) -> Iterator[Deployment]:
    """Deploy the stack of a run for the duration of the context.

    Destroy and teardown proof run on every exit: success, failure, Ctrl-C, SIGTERM, and after
    the maximum duration (then also with ``keep``). If both the body and the teardown fail, the
    error of the body is raised, with that of the teardown as a note. With ``keep``, a stack that
    was deployed completely is not destroyed.

    Raises:
        DurationError: The run took longer than ``max_duration``.
        HarnessError: Deploying or destroying failed, or something is left.
    """
    try:
        with time_limit(run.settings.max_duration):
            yield deploy_ready(run)
    except BaseException as error:
        try:
            save_bundle(run, error)
        finally:
            if isinstance(error, DurationError) or not _is_kept(run, keep=keep):
                _destroy_after(run, error)
        raise
    if _is_kept(run, keep=keep):
        run.teardown.state = TeardownState.KEPT
    else:
        teardown(run)


def deploy_ready(run: Run) -> Deployment:
    """Deploy the stack of a run and wait until it is ready; the caller must destroy it.

    Raises:
        HarnessError: Deploying failed, or the stack was not ready in time.
    """
    deployment = deploy(run)
    with run.timeline.phase("readiness"):
        _await_ready(deployment)
    return deployment


def _await_ready(deployment: Deployment) -> None:
    """Wait until targets are healthy and the API responds, or until a service has failed."""
    run, target = deployment.run, deployment.target
    services = run.stack.ecs_services(deployment.config)
    with watched(target, services, lambda _: None, run.timeline.event) as watch:
        context = check_context(deployment, lambda _: None)
        try:
            await_readiness(replace(context, interrupted=watch.cancel))
        except InterruptedCheckError:
            if watch.failure is None:
                raise
            error = cancelled(target, watch.failure, "the wait for healthy targets")
            raise CheckFailedError(error.message, remedy=error.remedy) from None


def teardown(run: Run) -> TeardownProof | None:
    """Destroy the stack of a run, shielded from signals; its result is in ``run.teardown``.

    Raises:
        HarnessError: It failed, or something is left.
        KeyboardInterrupt: It was abandoned. Like the error, it has a note with what is left and
            with the command that continues.
    """
    result = run.teardown
    try:
        with shielded("tearing down"):
            proof = destroy(run, on_failure=lambda error: save_bundle(run, error))
    except BaseException as error:
        abandoned = isinstance(error, KeyboardInterrupt)
        result.state = TeardownState.ABANDONED if abandoned else TeardownState.FAILED
        result.leftovers = _leftovers(error)
        record = run.find_record()
        if record is None or record.status is RunStatus.DESTROYED:  # swept since, or ended
            ended = isinstance(error, EmulatorError)
            result.state = TeardownState.ENDED if ended else TeardownState.PROVED
        else:
            error.add_note(continuation(run, abandoned=abandoned))
        raise
    result.state = TeardownState.ENDED if proof is None else TeardownState.PROVED
    return proof


def _leftovers(error: BaseException | None) -> tuple[str, ...]:
    """Return the leftovers of the first proof among an error and its causes."""
    while error is not None:
        if isinstance(error, LeakError):
            return error.leftovers
        error = error.__cause__
    return ()


def _is_kept(run: Run, *, keep: bool) -> bool:
    record = run.find_record()
    return keep and record is not None and record.status is RunStatus.DEPLOYED


def _destroy_after(run: Run, first: BaseException) -> None:
    if run.find_record() is None:
        return
    try:
        teardown(run)
    except (HarnessError, KeyboardInterrupt) as error:
        what = str(error) or "it was abandoned"
        notes = getattr(error, "__notes__", ())
        first.add_note("\n".join([f"Afterwards the teardown failed as well: {what}", *notes]))
