"""Destroying: everything that a run has, and the proof that nothing of it is left."""

import shutil

from harness.checks.teardown import TeardownProof, prove_teardown
from harness.errors import EmulatorError
from harness.ledger import RunRecord, RunStatus
from harness.run import Run
from harness.targets.base import Target
from harness.targets.factory import attach_target
from harness.terraform_timeline import terraform_listener
from harness.workspaces import find_tools, workspace_of

__all__ = ["destroy"]

# AWS ends some deletions (network interfaces, instances) after it has answered them.
_PROOF_PATIENCE_SECONDS = 20.0


def destroy(run: Run) -> TeardownProof | None:
    """Destroy the stack of a run, prove that nothing is left, and end its target.

    Goes by the record alone, so any process can do it, whatever happened to the one that
    deployed. The run's folder is removed when the proof is clean; until then it keeps the
    Terraform state.

    Returns:
        The proof; None when there was nothing to ask (an embedded cloud that has ended took
        everything with it, or no target was ever started).

    Raises:
        TerraformError: Destroy failed; the state is kept.
        LeakError: Something is left; the state is kept.
    """
    record = run.record
    target = _target(run, record)
    if target is None:
        _forget(run)
        return None
    try:
        proof = _destroy_in(run, record, target)
    finally:
        with run.timeline.phase("target stop"):
            target.stop()
    _forget(run)
    return proof


def _target(run: Run, record: RunRecord) -> Target | None:
    if not record.attachment:
        return None
    try:
        return attach_target(record.region, record.attachment)
    except EmulatorError as error:
        run.timeline.observer.note(f"{error.message}: all that it held has ended with it")
        return None


def _destroy_in(run: Run, record: RunRecord, target: Target) -> TeardownProof:
    if record.applied:
        run.update(status=RunStatus.DESTROYING)
        with run.timeline.phase("destroy"):
            tools = find_tools(record.terraform, record.mirror)
            workspace = workspace_of(run, target, tools)
            result = workspace.destroy(on_event=terraform_listener(run.timeline))
        if result.retried:
            run.timeline.observer.note(f"destroyed in two attempts: {result.retried}")
    with run.timeline.phase("teardown proof"):
        proof = prove_teardown(target, record.environment_suffix, patience=_PROOF_PATIENCE_SECONDS)
    proof.require_clean()
    return proof


def _forget(run: Run) -> None:
    run.update(status=RunStatus.DESTROYED)
    shutil.rmtree(run.workspace_directory, ignore_errors=True)
