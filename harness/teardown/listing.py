"""The runs on record: their state, their owner, and what destroying them would do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.core.errors import EmulatorError, HarnessError
from harness.run.ledger import Ledger, RunRecord
from harness.targets.factory import attach_target, target_type


@dataclass(frozen=True)
class ListedRun:
    """A run that may have resources.

    Attributes:
        owner: The living process that it belongs to; empty if it is free.
        abandoned: Why it was not torn down although it should have been; empty if it is not.
        expires_at: ISO 8601 time in UTC; empty if it has none.
        destroy: What ``catalog-harness destroy`` would do.
    """

    environment_suffix: str
    target: str
    region: str
    status: str
    owner: str
    abandoned: str
    started_at: str
    age_minutes: int
    expires_at: str
    destroy: str


def list_runs(ledger: Ledger) -> Iterator[ListedRun]:
    """Yield the runs on record that may have resources, newest first; no request is sent."""
    for record in ledger.records():
        owner = ledger.owner(record.environment_suffix)
        started = datetime.fromisoformat(record.started_at)
        age = datetime.now(UTC) - (started if started.tzinfo else started.replace(tzinfo=UTC))
        yield ListedRun(
            environment_suffix=record.environment_suffix,
            target=record.target,
            region=record.region,
            status=record.status.value,
            owner=str(owner or ""),
            abandoned=ledger.why_abandoned(record),
            started_at=record.started_at,
            age_minutes=age // timedelta(minutes=1),
            expires_at=record.expires_at,
            destroy="refuse, as it is in use" if owner else _what_destroy_does(record),
        )


def _what_destroy_does(record: RunRecord) -> str:
    if not record.attachment:
        return "close the record: no target was started"
    stops = ""
    if target_type(record.target).is_per_run:
        stops = ", stop its cloud"
        try:
            attach_target(record.target, record.region, record.attachment)
        except HarnessError as error:
            does = "remove local files" if isinstance(error, EmulatorError) else "fail"
            return f"{does}: {error.message.splitlines()[0]}"
    if not record.applied:
        return f"prove that nothing was created{stops}"
    return f"terraform destroy, sweep, teardown proof{stops}"
