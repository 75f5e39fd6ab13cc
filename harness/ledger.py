"""The record of every run on disk, written before the first resource exists."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from harness.errors import UsageError

__all__ = ["Ledger", "RunRecord", "RunStatus"]

_RECORD = "run.json"
_KEPT_RECORDS = 50
_SUFFIX = re.compile(r"[a-z0-9][a-z0-9-]*")


class RunStatus(StrEnum):
    """How far a run has come; everything but DESTROYED may have resources."""

    STARTING = "starting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class RunRecord:
    """One run, as the ledger knows it.

    Attributes:
        environment_suffix: The run's suffix, which also names its folder.
        target: Name of the target.
        region: AWS region.
        status: How far it has come.
        started_at: ISO 8601 time in UTC.
        applied: Whether apply was ever begun, so that there may be resources.
        attachment: What another process needs to attach to the target.
        config: The stack's configuration, as ``StackConfig.to_mapping`` gives it.
        terraform: The Terraform setting of the run, which destroy must use again.
        provider_mirror: The mirror setting of the run.
        error: Why it failed; empty if it did not.
    """

    environment_suffix: str
    target: str
    region: str
    status: RunStatus
    started_at: str
    applied: bool = False
    attachment: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    terraform: str | None = None
    provider_mirror: str | None = None
    error: str = ""

    @property
    def mirror(self) -> Path | None:
        """The mirror setting as a path."""
        return Path(self.provider_mirror) if self.provider_mirror else None


class Ledger:
    """The runs of this machine, a folder each below ``home/runs``."""

    def __init__(self, home: Path) -> None:
        self._runs = home / "runs"

    def directory(self, environment_suffix: str) -> Path:
        """Return the folder of a run, whether or not it exists.

        Raises:
            UsageError: The suffix cannot be one.
        """
        if not _SUFFIX.fullmatch(environment_suffix):
            raise UsageError(
                f"environment suffix {environment_suffix!r} cannot be used",
                remedy="lowercase letters, digits and hyphens, such as pr123-7f3a",
            )
        return self._runs / environment_suffix

    def begin(self, record: RunRecord) -> None:
        """Write the first record of a run.

        Raises:
            UsageError: A run of this suffix may still have resources.
        """
        earlier = self.find(record.environment_suffix)
        if earlier is not None and earlier.status is not RunStatus.DESTROYED:
            raise UsageError(
                f"a run with environment suffix {record.environment_suffix!r} is on record as "
                f"{earlier.status} since {earlier.started_at}",
                remedy="use another suffix, attach to it with --reuse-stack, or remove it with "
                f"`catalog-harness destroy --environment-suffix {record.environment_suffix}`",
            )
        self.save(record)
        self._prune()

    def save(self, record: RunRecord) -> None:
        """Write a record, atomically and durably enough to survive a kill of this process."""
        directory = self.directory(record.environment_suffix)
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory / f"{_RECORD}.draft"
        draft.write_text(json.dumps(asdict(record), indent=2))
        draft.replace(directory / _RECORD)

    def update(self, environment_suffix: str, **changes: Any) -> RunRecord:
        """Change fields of a record and return the new one."""
        record = replace(self.get(environment_suffix), **changes)
        self.save(record)
        return record

    def find(self, environment_suffix: str) -> RunRecord | None:
        """Return the record of a run, None if there is none."""
        try:
            text = (self.directory(environment_suffix) / _RECORD).read_text()
        except FileNotFoundError:
            return None
        values = json.loads(text)
        return RunRecord(**{**values, "status": RunStatus(values["status"])})

    def get(self, environment_suffix: str) -> RunRecord:
        """Return the record of a run.

        Raises:
            UsageError: There is none.
        """
        record = self.find(environment_suffix)
        if record is None:
            known = ", ".join(r.environment_suffix for r in self.records()) or "none"
            raise UsageError(
                f"no run with environment suffix {environment_suffix!r} is on record",
                remedy=f"runs that may have resources: {known}",
            )
        return record

    def records(self) -> tuple[RunRecord, ...]:
        """Return the runs that may still have resources, newest first."""
        return tuple(r for r in self._all() if r.status is not RunStatus.DESTROYED)

    def choose(self, environment_suffix: str | None) -> str:
        """Return the suffix of the run that the user means: as named, or the newest that is up.

        Raises:
            UsageError: There is none.
        """
        if environment_suffix:
            return self.get(environment_suffix).environment_suffix
        for record in self.records():
            if record.status is RunStatus.DEPLOYED:
                return record.environment_suffix
        raise UsageError(
            "no kept stack is on record",
            remedy="deploy one with `catalog-harness deploy` or `pytest --keep-stack`",
        )

    def _all(self) -> list[RunRecord]:
        found = [self.find(path.parent.name) for path in self._runs.glob(f"*/{_RECORD}")]
        known = [record for record in found if record is not None]
        return sorted(known, key=lambda record: record.started_at, reverse=True)

    def _prune(self) -> None:
        ended = [r for r in self._all() if r.status is RunStatus.DESTROYED]
        for record in ended[_KEPT_RECORDS:]:
            directory = self.directory(record.environment_suffix)
            (directory / _RECORD).unlink()
            if not any(directory.iterdir()):
                directory.rmdir()


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
