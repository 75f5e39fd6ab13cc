"""One run: its suffix, folder, record and timeline."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.aws.tags import RunTags
from harness.core.errors import UsageError
from harness.core.folders import can_be_written
from harness.run.ledger import Ledger, RunRecord, RunStatus, now
from harness.run.owner import process_start, run_lock
from harness.run.stack_definition import StackConfiguration, StackDefinition
from harness.run.teardown_result import TeardownResult
from harness.run.timeline import Event, Timeline
from harness.settings.settings import HarnessSettings, user_name
from harness.targets.base import Target

_LONGEST_EVENT = 2000  # characters


@dataclass(frozen=True)
class Run:
    """The values that all phases of one run share, also across processes.

    Attributes:
        owner_pid: PID whose exit stops an embedded cloud of this run; None: runs until stopped.
        shared: Whether several processes take part and share one record.
        controller_pid: PID of the process that owns the run: of several, the controlling one.
        started_at: ISO 8601 time in UTC; distinguishes this run from others with its suffix.
    """

    stack: StackDefinition
    settings: HarnessSettings
    environment_suffix: str
    ledger: Ledger
    timeline: Timeline
    owner_pid: int | None
    shared: bool = False
    controller_pid: int = field(default_factory=os.getpid)
    started_at: str = field(default_factory=now)
    teardown: TeardownResult = field(default_factory=TeardownResult, compare=False)

    @property
    def directory(self) -> Path:
        """Folder of the run: record, workspace, timeline."""
        return self.ledger.directory(self.environment_suffix)

    @contextmanager
    def owned(self, activity: str, *, force: bool = False) -> Iterator[None]:
        """Own the run within the context; ``activity`` is shown in the errors of other processes.

        Raises:
            RunInUseError: Another process owns it and is alive.
        """
        if force and self.ledger.owner(self.environment_suffix):
            yield
            return
        with run_lock(self.directory, activity):
            try:
                yield
            finally:
                self.ledger.discard_unused(self.environment_suffix)

    @property
    def workspace_directory(self) -> Path:
        """Terraform's working directory: configuration and local state."""
        return self.directory / "terraform"

    @property
    def tags(self) -> RunTags:
        """The tags of its resources that identify the run, in addition to its suffix."""
        return RunTags.of(
            self.environment_suffix,
            self.started_at,
            owner=self.settings.owner or user_name(),
            minutes=self.settings.max_duration,
        )

    def planned_config(self, target: Target) -> StackConfiguration:
        """Return the configuration of the stack before any request to the target.

        Raises:
            UsageError: It is invalid.
        """
        return self.stack.configure(
            self.settings, self.environment_suffix, target=target, tags=self.tags.to_mapping()
        )

    @property
    def _timeline_path(self) -> Path:
        return self.directory / "timeline.json"

    @property
    def record(self) -> RunRecord:
        """The current record.

        Raises:
            UsageError: The run is not on record.
        """
        record = self.find_record()
        if record is None:
            raise UsageError(f"this run ({self.environment_suffix}) is not on record")
        return record

    def find_record(self) -> RunRecord | None:
        """Return the record of the run; None before ``begin``.

        The record of another run with the same suffix is returned only with ``reuse_stack``: a
        teardown must never destroy the resources of another run.
        """
        record = self.ledger.find(self.environment_suffix)
        if record is None or self.settings.reuse_stack or record.started_at == self.started_at:
            return record
        return None

    def begin(self) -> None:
        """Put the run on record, before it has any resources.

        Raises:
            UsageError: A run with this suffix may still have resources, or there is no place for
                its report.
        """
        if not can_be_written(reports := self.settings.report_dir):
            remedy = "name a writable directory with --report-dir"
            raise UsageError(f"no report could be written to {reports}", remedy=remedy)
        mirror = self.settings.provider_mirror
        self.ledger.begin(
            RunRecord(
                environment_suffix=self.environment_suffix,
                target=self.settings.target,
                region=self.settings.region,
                status=RunStatus.STARTING,
                started_at=self.started_at,
                owner_pid=self.controller_pid,
                owner_started=process_start(self.controller_pid),
                keep=self.settings.keep_stack,
                terraform=self.settings.terraform,
                provider_mirror=str(mirror) if mirror else None,
                **asdict(self.tags),
            )
        )
        self._timeline_path.unlink(missing_ok=True)  # of an earlier run with this suffix

    def event(self, at: datetime, source: str, text: str) -> None:
        """Add an event to the timeline that was observed later, such as a line of a log."""
        seconds = (at - datetime.fromisoformat(self.started_at)).total_seconds()
        self.timeline.add(Event(seconds, source, text[:_LONGEST_EVENT]))

    def update(self, **changes: Any) -> RunRecord:
        """Change fields of the record."""
        return self.ledger.update(self.environment_suffix, **changes)

    def save_timeline(self) -> None:
        """Save the timeline for another process of this run."""
        self._timeline_path.touch(mode=0o600)
        self._timeline_path.write_text(json.dumps(self.timeline.to_dict()))

    def load_timeline(self) -> None:
        """Add the timeline that another process of this run saved, if any."""
        try:
            text = self._timeline_path.read_text()
        except FileNotFoundError:
            return
        self.timeline.merge(json.loads(text))
