"""The record of every run on disk, written before the first resource exists."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from harness.core.errors import HarnessError, UsageError
from harness.core.folders import create_folder, create_private_folder, remove_folder
from harness.run.lock_files import LOCK_FILE, RECORD_FILE
from harness.run.owner import Owner, dead_owner, living_owner
from harness.run.record import RunRecord, RunStatus, is_suffix, read_record
from harness.settings.settings import MAX_SUFFIX_LENGTH, HarnessSettings, new_environment_suffix

__all__ = ["Ledger", "RunRecord", "RunStatus", "now"]

_KEPT_RECORDS = 50
_LOCK_SECONDS = 30.0

logger = logging.getLogger(__name__)


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
        if not is_suffix(environment_suffix):
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

    def discard_unused(self, environment_suffix: str) -> None:
        """Remove the folder of a run that never got a record."""
        folder = self.directory(environment_suffix)
        with self._locked():
            if not (folder / RECORD_FILE).exists():
                self._remove(folder)

    def owner(self, environment_suffix: str) -> Owner | None:
        """Return the living process that owns a run; None if it is free."""
        return living_owner(self.directory(environment_suffix))

    def owners(self) -> dict[str, Owner]:
        """Return suffix -> owner of the runs that belong to a living process."""
        folders = sorted(path.parent for path in self._runs.glob(f"*/{LOCK_FILE}"))
        return {each.name: owner for each in folders if (owner := living_owner(each))}

    def why_abandoned(self, record: RunRecord) -> str:
        """Return why a run has not been torn down although it should; empty if it should not."""
        directory = self.directory(record.environment_suffix)
        if living_owner(directory) is not None:
            return ""
        if owner := dead_owner(directory):
            is_kept = record.keep and record.status is RunStatus.DEPLOYED
            return "" if is_kept else f"its {owner} was killed"
        ended = (RunStatus.DEPLOYED, RunStatus.DESTROYED)
        return "" if record.status in ended else "its process ended without a complete teardown"

    def _require_free(self, environment_suffix: str) -> None:
        earlier = self.find(environment_suffix)
        if earlier is not None and earlier.status is not RunStatus.DESTROYED:
            raise UsageError(
                f"a run with environment suffix {environment_suffix!r} is on record as "
                f"{earlier.status} since {earlier.started_at}",
                remedy="use another suffix, attach to it with `pytest --catalog-reuse-stack`, or "
                "remove it with `catalog-harness destroy --environment-suffix "
                f"{environment_suffix}`",
            )

    def save(self, record: RunRecord) -> None:
        """Write a record atomically; it survives a kill of this process."""
        directory = create_folder(self.directory(record.environment_suffix))
        draft = directory / f"{RECORD_FILE}.draft"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
        draft.replace(directory / RECORD_FILE)

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
        return read_record(self.directory(environment_suffix) / RECORD_FILE)

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
            else "deploy one with `catalog-harness deploy` or `pytest --catalog-keep-stack`",
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
        for path in sorted(self._runs.glob(f"*/{RECORD_FILE}")):
            try:
                yield read_record(path)
            except HarnessError as error:
                yield error

    def _prune(self) -> None:
        ended = [r for r in self._all() if r.status is RunStatus.DESTROYED]
        for record in ended[_KEPT_RECORDS:]:
            self._remove(self.directory(record.environment_suffix))

    def _remove(self, folder: Path) -> None:
        try:
            remove_folder(folder, parent=self._runs)
        except HarnessError as error:  # no run depends on it
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


def now() -> str:
    """Return the current time as ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
