"""The record of every run on disk, written before the first resource exists."""

import json
import logging
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock

from harness.core.errors import HarnessError, UsageError
from harness.core.folders import create_folder, create_private_folder, remove_folder
from harness.core.json_values import read_json
from harness.settings.options import TARGET_NAMES
from harness.settings.settings import (
    MAX_SUFFIX_LENGTH,
    HarnessSettings,
    new_environment_suffix,
)

_RECORD = "run.json"
_KEPT_RECORDS = 50
_SUFFIX = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REGION = re.compile(r"[a-z0-9-]+")
_LOCK_SECONDS = 30.0

logger = logging.getLogger(__name__)


class RunStatus(StrEnum):
    """The status of a run; in every one but DESTROYED it may have resources."""

    STARTING = "starting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class RunRecord:
    """One run, as stored in the ledger.

    Attributes:
        environment_suffix: The run's suffix, which also names its folder.
        target: Name of the target.
        region: AWS region.
        status: Its status.
        started_at: ISO 8601 time in UTC.
        applied: Whether an apply was started, so that there may be resources.
        complete: Whether an apply has succeeded, so that the state holds all resources; a
            failed or interrupted apply may have created some that the state does not hold.
        verified: Whether a second plan has just verified the state, so that destroy can skip
            the refresh.
        attachment: The values with which another process attaches to the target.
        config: The configuration of the stack, from ``StackConfiguration.to_mapping``.
        terraform: The setting ``terraform`` of the run, which destroy must use again.
        provider_mirror: The setting ``provider_mirror`` of the run.
        provider_clock: How many times as fast the clock of the AWS provider runs.
        error: The error of the run; empty if there is none.
        run_id: Value of the tag ``RunId`` of its resources.
        owner: Value of their tag ``Owner``.
        expires_at: Value of their tag ``expires-at``: ISO 8601 time in UTC.
    """

    environment_suffix: str
    target: str
    region: str
    status: RunStatus
    started_at: str
    applied: bool = False
    complete: bool = False
    verified: bool = False
    attachment: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    terraform: str | None = None
    provider_mirror: str | None = None
    provider_clock: int = 1
    error: str = ""
    run_id: str = ""
    owner: str = ""
    expires_at: str = ""

    @property
    def mirror(self) -> Path | None:
        """The provider mirror as a path."""
        return Path(self.provider_mirror) if self.provider_mirror else None


class Ledger:
    """The runs of this machine, with one folder each in ``home/runs``.

    Safe for concurrent processes.
    """

    def __init__(self, home: Path) -> None:
        self._runs = home / "runs"

    def directory(self, environment_suffix: str) -> Path:
        """Return the folder of a run, whether or not it exists.

        Raises:
            UsageError: The suffix is invalid.
        """
        if not _is_suffix(environment_suffix):
            raise UsageError(
                f"invalid environment suffix {environment_suffix!r}",
                remedy=f"1 to {MAX_SUFFIX_LENGTH} lowercase letters, digits and single hyphens "
                "between them, such as pr123-7f3a",
            )
        return self._runs / environment_suffix

    def begin(self, record: RunRecord) -> None:
        """Write the first record of a run; of concurrent runs with one suffix, one succeeds.

        Raises:
            UsageError: A run with this suffix may still have resources.
            HarnessError: The folder of the ledger is not writable.
        """
        with self._locked():
            self._require_free(record.environment_suffix)
            self.save(record)
            self._prune()

    def _require_free(self, environment_suffix: str) -> None:
        earlier = self.find(environment_suffix)
        if earlier is not None and earlier.status is not RunStatus.DESTROYED:
            raise UsageError(
                f"a run with environment suffix {environment_suffix!r} is on record as "
                f"{earlier.status} since {earlier.started_at}",
                remedy="use another suffix, attach to it with --reuse-stack, or remove it with "
                f"`catalog-harness destroy --environment-suffix {environment_suffix}`",
            )

    def save(self, record: RunRecord) -> None:
        """Write a record atomically; it survives a kill of this process."""
        directory = create_folder(self.directory(record.environment_suffix))
        draft = directory / f"{_RECORD}.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
        draft.replace(directory / _RECORD)

    def update(self, environment_suffix: str, **changes: Any) -> RunRecord:
        """Change fields of a record and return the new record.

        Raises:
            UsageError: There is no such run.
        """
        with self._locked():
            record = replace(self.get(environment_suffix), **changes)
            self.save(record)
        return record

    def find(self, environment_suffix: str) -> RunRecord | None:
        """Return the record of a run; None if there is none.

        Raises:
            HarnessError: The record cannot be read.
        """
        return self._read(self.directory(environment_suffix) / _RECORD)

    def _read(self, path: Path) -> RunRecord | None:
        name = path.parent.name
        try:
            _require_own_file(path)
            record = read_json(path, RunRecord)
            _require_possible(record, name)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise HarnessError(
                f"the record {path} cannot be read: {error}",
                remedy="it is damaged, forged or of another version, and its run may have "
                f"resources: `catalog-harness sweep --environment-suffix {name}` with the --target "
                f"of the run finds them; then move {path.parent} away",
            ) from error
        return record

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
        """Return the runs that may still have resources, newest first.

        Unreadable records are skipped; see ``unreadable``.
        """
        return tuple(r for r in self._all() if r.status is not RunStatus.DESTROYED)

    def unreadable(self) -> tuple[HarnessError, ...]:
        """Return an error for each record that cannot be read."""
        return tuple(found for found in self._each() if isinstance(found, HarnessError))

    def choose(self, environment_suffix: str | None) -> str:
        """Return the suffix of the given run, else that of the newest deployed one.

        Raises:
            UsageError: There is no such run.
        """
        if environment_suffix:
            return self.get(environment_suffix).environment_suffix
        for record in self.records():
            if record.status is RunStatus.DEPLOYED:
                return record.environment_suffix
        unfinished = ", ".join(f"{r.environment_suffix} ({r.status})" for r in self.records())
        raise UsageError(
            "no deployed stack is on record",
            remedy=f"choose one of these with --environment-suffix: {unfinished}"
            if unfinished
            else "deploy one with `catalog-harness deploy` or `pytest --keep-stack`",
        )

    def suffix_for(self, settings: HarnessSettings) -> str:
        """Return the suffix of a new run, or with ``reuse_stack`` that of a run on record.

        Raises:
            UsageError: There is no run to reuse.
        """
        if settings.reuse_stack:
            return self.choose(settings.environment_suffix)
        return settings.environment_suffix or new_environment_suffix()

    def _all(self) -> list[RunRecord]:
        records = [found for found in self._each() if isinstance(found, RunRecord)]
        return sorted(records, key=lambda record: record.started_at, reverse=True)

    def _each(self) -> Iterator[RunRecord | HarnessError | None]:
        for path in sorted(self._runs.glob(f"*/{_RECORD}")):
            try:
                yield self._read(path)
            except HarnessError as error:
                yield error

    def _prune(self) -> None:
        ended = [r for r in self._all() if r.status is RunStatus.DESTROYED]
        for record in ended[_KEPT_RECORDS:]:
            try:
                remove_folder(self.directory(record.environment_suffix), parent=self._runs)
            except HarnessError as error:  # a new run does not depend on it
                logger.warning("%s", error)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            create_private_folder(self._runs)
            with FileLock(self._runs / ".lock", timeout=_LOCK_SECONDS):
                yield
        except OSError as error:
            raise HarnessError(
                f"the ledger in {self._runs} is not writable: {error}",
                remedy="set CATALOG_HARNESS_HOME to a writable folder",
            ) from error


def _is_suffix(text: str) -> bool:
    return len(text) <= MAX_SUFFIX_LENGTH and _SUFFIX.fullmatch(text) is not None


def _require_possible(record: RunRecord, folder: str) -> None:
    if record.environment_suffix != folder or not _is_suffix(folder):
        raise ValueError(f"environment_suffix is {record.environment_suffix!r}")
    if record.target not in TARGET_NAMES:
        raise ValueError(f"target is {record.target!r}")
    if not _REGION.fullmatch(record.region):
        raise ValueError(f"region is {record.region!r}")
    datetime.fromisoformat(record.started_at)


def _require_own_file(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is a link or no file")
    if status.st_uid != os.geteuid():
        raise ValueError(f"it belongs to another user (uid {status.st_uid})")


def now() -> str:
    """Return the current time as ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
