"""The lifetime of a deployed stack: deployed on the way in, destroyed on every way out."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.core.deadline import time_limit
from harness.core.errors import DurationError, HarnessError
from harness.core.interrupts import shielded
from harness.deploy.deploy import Deployment, deploy
from harness.run.record import RunStatus
from harness.run.run import Run
from harness.teardown.destroy import destroy
from harness.teardown.proof import TeardownProof


@contextmanager
def deployed(run: Run, *, keep: bool = False) -> Iterator[Deployment]:
    """Deploy the stack of a run for the time of the context.

    Destroy and teardown proof run on every way out: success, failure, Ctrl-C, SIGTERM, and
    when the run has taken longer than it may (also if the stack was to be kept). When they
    fail as well as the body, the body's error is raised and theirs is added to it as a note.

    Args:
        run: The run, not begun yet.
        keep: Leave a stack up that was deployed completely.

    Raises:
        DurationError: It took longer than ``max_duration``.
        HarnessError: Deploying or destroying failed, or something was left behind.
    """
    try:
        with time_limit(run.settings.max_duration):
            deployment = deploy(run)
            yield deployment
    except BaseException as error:
        if isinstance(error, DurationError) or not _is_kept(run, keep=keep):
            _destroy_after(run, error)
        raise
    if not _is_kept(run, keep=keep):
        teardown(run)


def teardown(run: Run) -> TeardownProof | None:
    """Destroy the stack of a run, without being stopped half-way by a signal.

    Raises:
        HarnessError: It failed, or something was left behind.
    """
    with shielded("tearing down"):
        return destroy(run)


def _is_kept(run: Run, *, keep: bool) -> bool:
    record = run.find_record()
    return keep and record is not None and record.status is RunStatus.DEPLOYED


def _destroy_after(run: Run, first: BaseException) -> None:
    if run.find_record() is None:
        return
    try:
        teardown(run)
    except HarnessError as error:
        first.add_note(f"Afterwards the teardown failed as well: {error}")
