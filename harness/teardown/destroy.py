"""Destroying: everything that a run has, and the proof that nothing of it is left."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import EmulatorError, HarnessError, LeakError, TargetError
from harness.deploy.terraform_timeline import terraform_listener
from harness.deploy.workspace import find_tools, workspace_of
from harness.run.record import RunRecord, RunStatus
from harness.run.run import Run
from harness.targets.base import Target
from harness.targets.factory import attach_target, target_type
from harness.teardown.leftovers import leak_of_complete_run, sweep_leftovers
from harness.teardown.proof import TeardownProof, prove_teardown
from harness.teardown.remote_state import remove_remote_state
from harness.terraform import TerraformError


def destroy(run: Run) -> TeardownProof | None:
    """Destroy the stack of a run, prove that nothing is left, and end its target.

    Goes by the record alone, so any process can do it, whatever happened to the one that
    deployed. The Terraform state, in the run's folder or in a bucket, is removed when the
    proof is clean; until then it stays.

    What Terraform leaves is swept. After an apply that failed or was interrupted that is no
    error: the provider can have made something that never got into the state.

    Returns:
        The proof; None when there was nothing to ask (an embedded cloud that has ended took
        everything with it, or no target was ever started).

    Raises:
        TerraformError: Destroy failed; the state is kept.
        LeakError: Something is left, and the state is kept; or Terraform left something of a
            complete deployment, which was swept.
        TargetError: The target does not say what is left; the state is kept.
    """
    record = run.record
    target = _target(run, record)
    if target is None:
        _forget(run)
        return None
    try:
        proof, leak = _destroy_in(run, record, target)
    except BaseException as first:
        try:
            _stop(run, target)
        except HarnessError as error:
            first.add_note(f"Afterwards the target could not be stopped: {error}")
        raise
    _stop(run, target)
    _forget(run)
    if leak is not None:
        raise leak
    return proof


def _target(run: Run, record: RunRecord) -> Target | None:
    if not record.attachment:
        return None
    try:
        return attach_target(record.target, record.region, record.attachment)
    except EmulatorError as error:
        what = error.message.splitlines()[0]
        run.timeline.observer.note(f"{what}: all that it held has ended with it")
        target_type(record.target).remove_ended(record.attachment)
        return None


def _destroy_in(
    run: Run, record: RunRecord, target: Target
) -> tuple[TeardownProof, LeakError | None]:
    """Return the proof, and what is to be said about a run that was swept although complete."""
    failure = _terraform_destroy(run, record, target) if record.applied else None
    with _noted_on(failure):
        proof, leak = _clear(run, record, target)
    if record.applied and (address := remove_remote_state(target, record.config)):
        run.timeline.observer.note(f"the state {address} was removed")
    if proof.not_asked:
        run.timeline.note(f"teardown proof: {proof}")
    return proof, leak


def _clear(run: Run, record: RunRecord, target: Target) -> tuple[TeardownProof, LeakError | None]:
    """Prove that nothing is left, after a sweep where something is."""
    # Before an apply, what is there is not of this run, and must not be swept.
    proof = _proved(run, record, target, final=not record.applied)
    if not proof.leftovers:
        return proof, None
    swept = sweep_leftovers(run, record, target)
    proof = _proved(run, record, target, final=True)
    leak = leak_of_complete_run(record, swept) if record.complete and swept.removed else None
    return proof, leak


def _terraform_destroy(run: Run, record: RunRecord, target: Target) -> TerraformError | None:
    """Destroy what the state holds; after an incomplete apply, what it lacks goes first.

    A subnet that never got into the state, say, would keep its VPC from being deleted, and
    Terraform would try for many minutes.

    Returns:
        Why Terraform could not, after an incomplete apply: the sweep removes what is left.

    Raises:
        TerraformError: It could not, after a complete one.
    """
    run.update(status=RunStatus.DESTROYING)
    tools = find_tools(record.terraform, record.mirror)
    workspace = workspace_of(run, target, tools)
    try:
        if not record.complete:
            sweep_leftovers(run, record, target, except_for=workspace.state_identifiers())
        with run.timeline.phase("destroy"):
            result = workspace.destroy(
                on_event=terraform_listener(run.timeline),
                refresh=not record.verified,
                timeout=target.deadlines.destroy,
            )
    except TerraformError as error:
        if record.complete:
            raise
        run.timeline.observer.note(f"{error.message.splitlines()[0]}: the sweep comes next")
        return error
    if result.retried:
        run.timeline.observer.note(f"destroyed in two attempts: {result.retried}")
    return None


@contextmanager
def _noted_on(failure: TerraformError | None) -> Iterator[None]:
    """Raise what failed first, if anything did, when the body fails as well."""
    try:
        yield
    except HarnessError as error:
        if failure is None:
            raise
        failure.add_note(f"Afterwards: {error}")
        raise failure from error


def _proved(run: Run, record: RunRecord, target: Target, *, final: bool) -> TeardownProof:
    try:
        with run.timeline.phase("teardown proof"):
            suffix = record.environment_suffix
            proof = prove_teardown(target, suffix, patience=target.deadlines.proof)
            if final:
                proof.require_clean()
            return proof
    except (BotoCoreError, ClientError) as error:
        raise TargetError(f"the target does not say whether anything is left: {error}") from error


def _stop(run: Run, target: Target) -> None:
    with run.timeline.phase("target stop"):
        target.stop()


def _forget(run: Run) -> None:
    run.update(status=RunStatus.DESTROYED)
    shutil.rmtree(run.workspace_directory, ignore_errors=True)
