"""Sweeping a target with all that is known of its runs: ledger, states, tags and names."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.tags import parse_time
from harness.core.errors import HarnessError
from harness.run.ledger import Ledger
from harness.run.record import RunRecord, RunStatus
from harness.targets.base import Target
from harness.teardown.sweep import KnownRun, SweepReport, SweptRun, sweep
from harness.teardown.sweep.remote_states import StateObject, find_states, remove_state


@dataclass(frozen=True)
class SweepRequest:
    """What the user wants of a sweep.

    Attributes:
        suffixes: Runs that were named.
        expired_before: Runs that expired before this time are swept too; None: only the named.
        remove: Whether to remove what is found.
        state_bucket: Bucket of Terraform states; None where there is none.
        state_region: Its region; None for that of the target.
    """

    suffixes: tuple[str, ...] = ()
    expired_before: datetime | None = None
    remove: bool = False
    state_bucket: str | None = None
    state_region: str | None = None


def sweep_target(
    target: Target,
    attachment: Mapping[str, str],
    request: SweepRequest,
    *,
    ledger: Ledger,
    teardown: Callable[[RunRecord], object],
) -> SweepReport:
    """Sweep a target: runs on record by their own Terraform first, then whatever is left.

    A state in the bucket is deleted, and a run on record counts as destroyed, only after the
    teardown proof has found nothing of the run.

    Args:
        target: Where to sweep; started.
        attachment: What its ``start`` returned: tells which runs on record are of this target.
        request: What is wanted.
        ledger: The runs of this machine.
        teardown: Destroys a run on record.

    Raises:
        UsageError: The state bucket cannot be read.
    """
    s3 = target.session().client("s3", region_name=request.state_region or target.region)
    states = find_states(s3, request.state_bucket) if request.state_bucket else ()
    records = {r.environment_suffix: r for r in ledger.records() if _is_of(r, target, attachment)}
    known = [*map(_known, records.values()), *(state.run for state in states)]
    first = _sweep(target, replace(request, remove=False), known)
    if not request.remove:
        return replace(
            first, runs=tuple(_with_places(each, states, records) for each in first.runs)
        )
    chosen = {run.environment_suffix for run in first.runs}
    told = {s: _tear_down(record, teardown) for s, record in records.items() if s in chosen}
    report = _sweep(target, request, [*known, *map(_seen, first.runs)])
    finished = (_finish(run, s3, states, records, ledger) for run in report.runs)
    return replace(
        report,
        runs=tuple(
            replace(run, notes=(*told.get(run.environment_suffix, ()), *run.notes))
            for run in finished
        ),
    )


def expiry_of(record: RunRecord) -> datetime | None:
    """Return when a run on record may be swept; None where its record does not say."""
    return parse_time(record.expires_at)


def _is_of(record: RunRecord, target: Target, attachment: Mapping[str, str]) -> bool:
    """Whether a run on record is in this target; its account or endpoint is in the attachment."""
    return (record.target, record.region, dict(record.attachment)) == (
        target.name,
        target.region,
        dict(attachment),
    )


def _sweep(target: Target, request: SweepRequest, known: Iterable[KnownRun]) -> SweepReport:
    return sweep(
        target,
        suffixes=request.suffixes,
        expired_before=request.expired_before,
        remove=request.remove,
        known=known,
    )


def _known(record: RunRecord) -> KnownRun:
    return KnownRun(record.environment_suffix, expiry_of(record), "ledger")


def _seen(run: SweptRun) -> KnownRun:
    """Remember a run that the first look found: its Terraform may leave nothing to find."""
    times = [each.expires_at for each in run.selected.resources if each.expires_at]
    return KnownRun(run.environment_suffix, max(times, default=None), "tags")


def _tear_down(record: RunRecord, teardown: Callable[[RunRecord], object]) -> tuple[str, ...]:
    """Destroy a run on record with its state; whatever comes of it, the sweep goes on."""
    try:
        teardown(record)
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
        folder = ledger.directory(run.environment_suffix) / "terraform"
        shutil.rmtree(folder, ignore_errors=True)
    return replace(run, state=(), notes=tuple(f"state removed: {place}" for place in run.state))
