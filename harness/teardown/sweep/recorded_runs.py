"""Sweeping a target by all sources about its runs: ledger, states, tags and names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.tags import parse_time
from harness.core.errors import HarnessError
from harness.core.folders import remove_folder
from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.owner import RunInUseError
from harness.run.stack_definition import StackDefinition
from harness.targets.base import Target
from harness.teardown.remote_state import StateObject, find_states, remove_state
from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import KnownRun, SweepFilter
from harness.teardown.sweep.sweep import sweep


@dataclass(frozen=True)
class SweepRequest(SweepFilter):
    """The options of a sweep: the runs that it is limited to, and what it does.

    Attributes:
        state_bucket: Bucket of Terraform states; None where there is none.
        state_region: Its region; None for that of the target.
    """

    remove: bool = False
    state_bucket: str | None = None
    state_region: str | None = None

    def has_expired(self, record: RunRecord) -> bool:
        """Whether a run on record is swept although it was not named."""
        expires_at = parse_time(record.expires_at)
        return bool(expires_at and self.expired_before and expires_at < self.expired_before)


def sweep_target(
    target: Target,
    attachment: Mapping[str, str],
    request: SweepRequest,
    *,
    stack: StackDefinition,
    ledger: Ledger,
    teardown: Callable[[RunRecord], object],
) -> SweepReport:
    """Sweep a target: runs on record by their own Terraform first, then whatever is left.

    A state in the bucket is deleted, and a run on record counts as destroyed, only after the
    teardown proof has found nothing of the run.

    Args:
        attachment: What its ``start`` returned: identifies the runs on record of this target.

    Raises:
        UsageError: The state bucket cannot be read.
    """
    s3 = target.session().client("s3", region_name=request.state_region or target.region)
    bucket = request.state_bucket
    states = find_states(s3, bucket, stack.state_key) if bucket else ()
    records = {r.environment_suffix: r for r in ledger.records() if _is_of(r, target, attachment)}
    known = [(suffix, parse_time(record.expires_at)) for suffix, record in records.items()]
    known += [(state.environment_suffix, state.expires_at) for state in states]

    first = sweep(target, stack, request, known=known)
    if not request.remove:
        return replace(
            first, runs=tuple(_with_places(each, states, records) for each in first.runs)
        )
    chosen = {run.environment_suffix for run in first.runs}
    notes = {s: _tear_down(record, teardown) for s, record in records.items() if s in chosen}
    known += map(_by_tags, first.runs)
    report = sweep(target, stack, request, known=known, remove=True)
    finished = (_finish(run, s3, states, records, ledger) for run in report.runs)
    return replace(
        report,
        runs=tuple(
            replace(run, notes=(*notes.get(run.environment_suffix, ()), *run.notes))
            for run in finished
        ),
    )


def _is_of(record: RunRecord, target: Target, attachment: Mapping[str, str]) -> bool:
    """Whether a run on record is in this target; its account or endpoint is in the attachment."""
    return (record.target, record.region, dict(record.attachment)) == (
        target.name,
        target.region,
        dict(attachment),
    )


def _by_tags(run: SweptRun) -> KnownRun:
    """Return a run that the first listing found: its Terraform may leave nothing to find."""
    times = [each.expires_at for each in run.resources if each.expires_at]
    return run.environment_suffix, max(times, default=None)


def _tear_down(record: RunRecord, teardown: Callable[[RunRecord], object]) -> tuple[str, ...]:
    """Destroy a run on record with its state; after an error the sweep continues.

    Raises:
        RunInUseError: A process has taken it since: its resources must not be swept.
    """
    try:
        teardown(record)
    except RunInUseError:
        raise
    except HarnessError as error:
        return (f"its own destroy failed: {error.message}",)
    return ("destroyed with its Terraform state",)


def _with_places(
    run: SweptRun, states: Iterable[StateObject], records: Mapping[str, RunRecord]
) -> SweptRun:
    record = records.get(run.environment_suffix)
    notes = (f"on record as {record.status} since {record.started_at}",) if record else ()
    places = tuple(
        place
        for state in states
        if state.environment_suffix == run.environment_suffix
        for place in state.places
    )
    return replace(run, state=places, notes=notes)


def _finish(
    run: SweptRun,
    s3: Any,
    states: Iterable[StateObject],
    records: Mapping[str, RunRecord],
    ledger: Ledger,
) -> SweptRun:
    """Forget a run of which nothing is left: its state, its record, its folder."""
    own = tuple(s for s in states if s.environment_suffix == run.environment_suffix)
    run = _with_places(run, own, {})
    if not run.is_clean:
        return run
    for state in own:
        try:
            remove_state(s3, state)
        except ClientError as error:
            return replace(run, errors=(*run.errors, f"{state.places[0]}: {error}"))
    if run.environment_suffix in records:
        ledger.update(run.environment_suffix, status=RunStatus.DESTROYED)
        folder = ledger.directory(run.environment_suffix)
        remove_folder(folder / "terraform", parent=folder)
    return replace(run, state=(), notes=tuple(f"state removed: {place}" for place in run.state))
