"""The lifetime of a stack: deployed on entry of a context, destroyed on every exit."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.core.errors import DurationError, HarnessError
from harness.core.interrupts import shielded
from harness.core.max_duration import time_limit
from harness.deploy.deploy import Deployment, deploy
from harness.run.ledger import RunStatus
from harness.run.run import Run
from harness.teardown.destroy import destroy
from harness.teardown.proof import TeardownProof


@contextmanager
def deployed(run: Run, *, keep: bool = False) -> Iterator[Deployment]:
    """Deploy the stack of a run for the duration of the context.

    Destroy and teardown proof run on every exit: success, failure, Ctrl-C, SIGTERM, and after
    the maximum duration (then also with ``keep``). If both the body and the teardown fail, the
    error of the body is raised, with that of the teardown as a note.

    Args:
        run: The run, not begun yet.
        keep: Do not destroy a stack that was deployed completely.

    Raises:
        DurationError: The run took longer than ``max_duration``.
        HarnessError: Deploying or destroying failed, or something is left.
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
    """Destroy the stack of a run, shielded from signals.

    Raises:
        HarnessError: It failed, or something is left.
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
