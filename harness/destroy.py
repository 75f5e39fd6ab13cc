"""Destroying: everything that a run has, and the proof that nothing of it is left."""

import shutil

from botocore.exceptions import BotoCoreError, ClientError

from harness.checks.teardown import TeardownProof, prove_teardown
from harness.errors import EmulatorError, HarnessError, TargetError
from harness.ledger import RunRecord, RunStatus
from harness.remote_state import remove_remote_state
from harness.run import Run
from harness.targets.base import Target
from harness.targets.factory import attach_target, remove_ended_target
from harness.targets.pace import pace_of
from harness.terraform_timeline import terraform_listener
from harness.workspaces import find_tools, workspace_of

__all__ = ["destroy"]


def destroy(run: Run) -> TeardownProof | None:
    """Destroy the stack of a run, prove that nothing is left, and end its target.

    Goes by the record alone, so any process can do it, whatever happened to the one that
    deployed. The Terraform state, in the run's folder or in a bucket, is removed when the
    proof is clean; until then it stays.

    Returns:
        The proof; None when there was nothing to ask (an embedded cloud that has ended took
        everything with it, or no target was ever started).

    Raises:
        TerraformError: Destroy failed; the state is kept.
        LeakError: Something is left; the state is kept.
        TargetError: The target does not say what is left; the state is kept.
    """
    record = run.record
    target = _target(run, record)
    if target is None:
        _forget(run)
        return None
    try:
        proof = _destroy_in(run, record, target)
    except BaseException as first:
        try:
            _stop(run, target)
        except HarnessError as error:
            first.add_note(f"Afterwards the target could not be stopped: {error}")
        raise
    _stop(run, target)
    _forget(run)
    return proof


def _target(run: Run, record: RunRecord) -> Target | None:
    if not record.attachment:
        return None
    try:
        return attach_target(record.target, record.region, record.attachment)
    except EmulatorError as error:
        what = error.message.splitlines()[0]
        run.timeline.observer.note(f"{what}: all that it held has ended with it")
        remove_ended_target(record.target, record.attachment)
        return None


def _destroy_in(run: Run, record: RunRecord, target: Target) -> TeardownProof:
    if record.applied:
        run.update(status=RunStatus.DESTROYING)
        with run.timeline.phase("destroy"):
            tools = find_tools(record.terraform, record.mirror)
            workspace = workspace_of(run, target, tools)
            result = workspace.destroy(
                on_event=terraform_listener(run.timeline),
                refresh=not record.verified,
                timeout=pace_of(target).destroy,
            )
        if result.retried:
            run.timeline.observer.note(f"destroyed in two attempts: {result.retried}")
    with run.timeline.phase("teardown proof"):
        proof = _prove(target, record.environment_suffix)
        proof.require_clean()
    if record.applied and (address := remove_remote_state(target, record.config)):
        run.timeline.observer.note(f"the state {address} was removed")
    return proof


def _prove(target: Target, environment_suffix: str) -> TeardownProof:
    try:
        return prove_teardown(target, environment_suffix, patience=pace_of(target).proof)
    except (BotoCoreError, ClientError) as error:
        raise TargetError(f"the target does not say whether anything is left: {error}") from error


def _stop(run: Run, target: Target) -> None:
    with run.timeline.phase("target stop"):
        target.stop()


def _forget(run: Run) -> None:
    run.update(status=RunStatus.DESTROYED)
    shutil.rmtree(run.workspace_directory, ignore_errors=True)
