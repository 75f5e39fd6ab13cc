"""Sweeping a target by all sources about its runs: ledger, states, tags and names."""

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
from harness.teardown.remote_state import StateKey, StateObject, find_states, remove_state
from harness.teardown.sweep import KnownRun, SweepReport, SweptRun, sweep
from harness.teardown.sweep.selection import NamesOf
from harness.teardown.sweep.sweep import PATIENCE_SECONDS


@dataclass(frozen=True)
class SweepRequest:
    """The options of a sweep.

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
    names_of: NamesOf,
    state_key: StateKey,
    patience: float = PATIENCE_SECONDS,
) -> SweepReport:
    """Sweep a target: runs on record by their own Terraform first, then whatever is left.

    A state in the bucket is deleted, and a run on record counts as destroyed, only after the
    teardown proof has found nothing of the run.

    Args:
        target: Where to sweep; started.
        attachment: What its ``start`` returned: identifies the runs on record of this target.
        request: The options.
        ledger: The runs of this machine.
        teardown: Destroys a run on record.
        names_of: Returns the names that the stack derives from an environment suffix.
        state_key: Returns the object key of the state for an environment suffix.
        patience: Seconds for which the proof queries again while something is left.

    Raises:
        UsageError: The state bucket cannot be read.
    """
    s3 = target.session().client("s3", region_name=request.state_region or target.region)
    bucket = request.state_bucket
    states = find_states(s3, bucket, state_key) if bucket else ()
    records = {r.environment_suffix: r for r in ledger.records() if _is_of(r, target, attachment)}
    known = [*map(_known, records.values()), *map(_by_state, states)]

    def swept(known: Iterable[KnownRun], *, remove: bool) -> SweepReport:
        return sweep(
            target,
            names_of=names_of,
            suffixes=request.suffixes,
            expired_before=request.expired_before,
            remove=remove,
            known=known,
            patience=patience,
        )

    first = swept(known, remove=False)
    if not request.remove:
        return replace(
            first, runs=tuple(_with_places(each, states, records) for each in first.runs)
        )
    chosen = {run.environment_suffix for run in first.runs}
    notes = {s: _tear_down(record, teardown) for s, record in records.items() if s in chosen}
    report = swept([*known, *map(_by_tags, first.runs)], remove=True)
    finished = (_finish(run, s3, states, records, ledger) for run in report.runs)
    return replace(
        report,
        runs=tuple(
            replace(run, notes=(*notes.get(run.environment_suffix, ()), *run.notes))
            for run in finished
        ),
    )


def expiry_of(record: RunRecord) -> datetime | None:
    """Return when a run on record may be swept; None where its record has no time."""
    return parse_time(record.expires_at)


def _is_of(record: RunRecord, target: Target, attachment: Mapping[str, str]) -> bool:
    """Whether a run on record is in this target; its account or endpoint is in the attachment."""
    return (record.target, record.region, dict(record.attachment)) == (
        target.name,
        target.region,
        dict(attachment),
    )


def _known(record: RunRecord) -> KnownRun:
    return KnownRun(record.environment_suffix, expiry_of(record), "ledger")


def _by_state(state: StateObject) -> KnownRun:
    return KnownRun(state.environment_suffix, state.expires_at, state.places[0])


def _by_tags(run: SweptRun) -> KnownRun:
    """Return a run that the first listing found: its Terraform may leave nothing to find."""
    times = [each.expires_at for each in run.selected.resources if each.expires_at]
    return KnownRun(run.environment_suffix, max(times, default=None), "tags")


def _tear_down(record: RunRecord, teardown: Callable[[RunRecord], object]) -> tuple[str, ...]:
    """Destroy a run on record with its state; after an error the sweep continues."""
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
