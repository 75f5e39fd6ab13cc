"""Destroying: everything that a run has, and the proof that nothing of it is left."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Kind, Resource
from harness.aws.transient_errors import transient_error
from harness.core.errors import EmulatorError, HarnessError, LeakError, TargetError
from harness.core.folders import remove_folder
from harness.deploy.deploy import because_of, ended_target
from harness.deploy.existing_resources import existing_resources
from harness.deploy.workspace import find_tools, terraform_listener, workspace_of
from harness.run.ledger import RunRecord, RunStatus
from harness.run.run import Run
from harness.targets.base import Target
from harness.targets.factory import attach_target, target_type
from harness.teardown.proof import TeardownProof, prove_teardown
from harness.teardown.remote_state import remove_state_of
from harness.teardown.sweep.removal import remove_all
from harness.teardown.sweep.report import SweptRun
from harness.teardown.sweep.selection import SweepFilter
from harness.teardown.sweep.sweep import sweep
from harness.terraform.aws_error_parsing import AwsError
from harness.terraform.errors import TerraformError


def destroy(
    run: Run, *, on_failure: Callable[[BaseException], object] | None = None
) -> TeardownProof | None:
    """Destroy the stack of a run, prove that nothing is left, and end its target.

    Reads the record alone, so any process can do it, whatever happened to the one that
    deployed. The Terraform state, in the run's folder or in a bucket, is removed when the
    proof is clean; until then it stays.

    What Terraform leaves is swept. After an apply that failed or was interrupted that is no
    error: the provider may have created something that never got into the state.

    Args:
        on_failure: Called with an error while the target still runs.

    Returns:
        The proof; None when there was nothing to query (an embedded cloud has ended with all its
        resources, or no target was ever started).

    Raises:
        TerraformError: Destroy failed; the state is kept.
        LeakError: Something is left, and the state is kept; or Terraform left something of a
            complete deployment, which was swept.
        TargetError: A service of the target failed; the state is kept.
        EmulatorError: The embedded cloud ended meanwhile, with everything that it held.
    """
    record = run.record
    target = _target(run, record)
    if target is None:
        _forget(run)
        return None
    try:
        proof, leak = _destroy_in(run, record, target)
    except BaseException as first:
        ended = ended_target(run) if isinstance(first, HarnessError) else None
        try:
            if on_failure is not None:
                on_failure(first)
        finally:
            try:
                _stop(run, target)
            except HarnessError as error:
                first.add_note(f"Afterwards the target could not be stopped: {error}")
        if isinstance(ended, EmulatorError):
            target_type(record.target).remove_ended(record.attachment)
            _forget(run)
            raise because_of(ended, first) from first
        raise
    _stop(run, target)
    _forget(run)
    if leak is not None:
        raise leak
    return proof


def _target(run: Run, record: RunRecord) -> Target | None:
    if not record.attachment:  # killed while it started its target
        target_type(record.target).remove_ended({})
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
    """Return the proof, and the error for a complete deployment that had to be swept."""
    exists = record.applied and not _has_vanished(run, record, target)
    failure = _terraform_destroy(run, record, target) if exists else None
    with _noted_on(failure):
        proof, leak = _clear(run, record, target)
    if record.applied and (address := remove_state_of(run.stack, record, target)):
        run.timeline.observer.note(f"the state {address} was removed")
    if proof.unavailable:
        run.timeline.note(f"teardown proof: {proof}")
    return proof, leak


def _has_vanished(run: Run, record: RunRecord, target: Target) -> bool:
    """Whether an emulator has lost the stack, which Terraform cannot destroy then."""
    suffix = record.environment_suffix
    names = run.stack.physical_names(suffix, record.region)
    try:
        if not target.may_lose_state or existing_resources(target, suffix, names):
            return False
    except TargetError:  # the teardown proof fails with it
        return False
    run.timeline.note(f"nothing of {suffix} is in the target any more: it has lost its state")
    return True


def _clear(run: Run, record: RunRecord, target: Target) -> tuple[TeardownProof, LeakError | None]:
    """Prove that nothing is left, after a sweep where something is."""
    # Without an apply, no resource is this run's, and none must be swept.
    proof = _proved(run, record, target, final=not record.applied)
    if not proof.leftovers:
        return proof, None
    swept = _sweep_leftovers(run, record, target)
    proof = _proved(run, record, target, final=True)
    lost = [each for each in swept.removed if not each.is_managed]
    return proof, _leak_of_complete_run(record, lost) if record.complete and lost else None


def _terraform_destroy(run: Run, record: RunRecord, target: Target) -> TerraformError | None:
    """Destroy what the state holds; after an incomplete apply, what it lacks is swept first.

    A subnet that never got into the state, for example, would prevent the deletion of its VPC,
    and Terraform would retry for many minutes.

    Returns:
        The error of Terraform after an incomplete apply: the sweep removes what is left.

    Raises:
        TerraformError: Destroy failed after a complete apply.
    """
    run.update(status=RunStatus.DESTROYING)
    workspace = workspace_of(run, target, find_tools(record.terraform, record.mirror))
    state = workspace.state
    try:
        if not record.complete:
            _sweep_leftovers(run, record, target, except_for=state.identifiers())
        if target.is_account:
            _remove_managed(run, target, state.identifiers())
        with run.timeline.phase("destroy"):
            retried = workspace.destroy(
                on_event=terraform_listener(run.timeline),
                refresh=not record.verified,
                timeout=target.deadlines.destroy,
                transient=_transient_reason,
            )
    except TerraformError as error:
        if record.complete:
            raise
        run.timeline.observer.note(f"{error.message.splitlines()[0]}: the sweep comes next")
        return error
    if retried:
        run.timeline.observer.note(f"destroyed in two attempts: {retried}")
    return None


def _remove_managed(run: Run, target: Target, identifiers: Collection[str]) -> None:
    """Remove what GuardDuty has put into the VPC of a run: it would prevent its deletion.

    What cannot be removed now is left to the sweep.
    """
    kinds = (Kind.VPC_ENDPOINT, Kind.SECURITY_GROUP)
    clients = Clients(target.session())
    found = take_inventory(clients, target.missing(), kinds).resources
    managed = [each for each in found if each.is_managed and each.within in identifiers]
    for outcome in remove_all(clients, managed) if managed else ():
        run.timeline.note(f"of GuardDuty: {outcome.resource}: {outcome.error or 'removed'}")


def _transient_reason(error: AwsError) -> str:
    found = transient_error(error.operation, error.code, error.message)
    return found.reason if found else ""


@contextmanager
def _noted_on(failure: TerraformError | None) -> Iterator[None]:
    """Raise the first failure, if there is one, when the body fails as well."""
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
            proof = prove_teardown(target, _ownership(run, record), patience=target.deadlines.proof)
            if final:
                proof.require_clean()
            return proof
    except (BotoCoreError, ClientError) as error:
        unknown = f"it is unknown whether anything is left: {error}"
        if record.applied:
            raise TargetError(unknown) from error
        run.timeline.note(f"{unknown}; nothing was applied")
        return TeardownProof(record.environment_suffix, leftovers=(), queried=())


def _ownership(run: Run, record: RunRecord) -> Ownership:
    """Return what belongs to a run; without an apply only what carries its own ``RunId``."""
    suffix = record.environment_suffix
    if not record.applied:
        return Ownership(suffix, run_id=record.run_id, requires_run_id=True)
    return Ownership(suffix, run.stack.physical_names(suffix, record.region), record.run_id)


def _sweep_leftovers(
    run: Run, record: RunRecord, target: Target, *, except_for: Collection[str] = ()
) -> SweptRun:
    """Remove what is left of a run and is not in its Terraform state.

    Only what carries this project's tags and the run's suffix (and not another run's id), or
    has no tags and exactly the name that the stack derives for it. What could not be removed is
    noted; the proof that follows finds it.

    Raises:
        TargetError: The target cannot be swept.
    """
    suffix = record.environment_suffix
    with run.timeline.phase("sweep"):
        try:
            limits = SweepFilter(frozenset({suffix}), run_id=record.run_id)
            report = sweep(
                target, run.stack, limits, except_for=except_for, remove=True, patience=0.0
            )
        except (BotoCoreError, ClientError) as error:
            raise TargetError(f"what is left of {suffix} cannot be swept: {error}") from error
    (swept,) = report.runs
    note = run.timeline.note
    for outcome in swept.failed:
        note(f"could not be swept: {outcome.resource}: {outcome.error}")
    if swept.removed and not record.complete:
        note(f"swept after an interrupted apply: {'; '.join(map(str, swept.removed))}")
    return swept


def _leak_of_complete_run(record: RunRecord, lost: Sequence[Resource]) -> LeakError:
    """Return the error about what a complete deployment left: its state should have held it all."""
    lines = "\n".join(f"  - {resource}" for resource in lost)
    return LeakError(
        f"terraform destroy left {len(lost)} resource(s) of "
        f"{record.environment_suffix}, which have been swept since:\n{lines}",
        remedy="nothing is left now; but the deployment was complete, so find out why they were "
        "missing from Terraform's state",
    )


def _stop(run: Run, target: Target) -> None:
    with run.timeline.phase("target stop"):
        target.stop()


def _forget(run: Run) -> None:
    run.update(status=RunStatus.DESTROYED)
    remove_folder(run.workspace_directory, parent=run.directory)
