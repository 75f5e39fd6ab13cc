"""One deployed stack for all processes of a pytest run."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from harness.catalog import CATALOG
from harness.core.errors import HarnessError
from harness.core.folders import create_folder
from harness.core.interrupts import deferred_interrupts
from harness.core.wait import wait_until
from harness.deploy.deploy import Deployment, attach, find_target, start_target
from harness.pipeline.bundle import save_bundle
from harness.pipeline.lifetime import deploy_ready, teardown
from harness.pipeline.outcome import RunOutcome, kept_note
from harness.plugin.options import settings_of
from harness.run.ledger import Ledger, RunRecord, RunStatus, now
from harness.run.run import Run
from harness.run.teardown_result import TeardownState
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.terraform.drift import DriftWatch

# A deployment to a real account may take an hour and a half; the lock's timeout is longer.
_DEPLOY_SECONDS = 7200.0
_SECOND_PLAN_SECONDS = 600.0


class SharedStack:
    """The stack of a pytest run, for one of its processes.

    The first process that needs the stack deploys it, under a file lock; the others attach.
    Only the controlling process destroys it, after the last worker. All processes agree on the
    suffix of the run and its origin of time.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._deployed_here = False
        self._watch: DriftWatch | None = None

    @classmethod
    def begin(
        cls,
        config: pytest.Config,
        observer: Callable[[Path, HarnessSettings], Observer],
        owner_pid: int,
        agree: Callable[[Mapping[str, str]], Mapping[str, str]],
    ) -> "SharedStack":
        """Choose the run, or join the one that another process has chosen; starts nothing.

        ``agree`` returns the values of the process that called it first.

        Raises:
            UsageError: A setting cannot be used, or there is no stack to reuse.
        """
        settings = settings_of(config)
        ledger = Ledger(settings.home)
        proposal = {
            "environment_suffix": ledger.suffix_for(settings),
            "started_at": now(),
            "origin": repr(time.monotonic()),
        }
        agreed = agree(proposal)
        suffix = agreed["environment_suffix"]
        timeline = Timeline(
            observer(ledger.directory(suffix), settings), origin=float(agreed["origin"])
        )
        return cls(
            Run(
                stack=CATALOG,
                settings=settings,
                environment_suffix=suffix,
                ledger=ledger,
                timeline=timeline,
                owner_pid=None if settings.keep_stack else owner_pid,
                shared=True,
                controller_pid=owner_pid,
                started_at=agreed["started_at"],
            )
        )

    def target(self) -> Target:
        """Return the started target, starting it if no process has yet.

        Raises:
            HarnessError: It cannot be started, or does not offer the requested tiers, here or
                in the process that tried first.
        """
        with self._lock():
            record = self.run.find_record()
            if record is not None and record.status is RunStatus.FAILED and not record.attachment:
                raise HarnessError(record.error)
            try:
                target = find_target(self.run)
                start_target(self.run, target)
                self.run.stack.require_tiers(self.run.settings, target)
            except HarnessError as error:
                self._record_failure(error)
                raise
            return target

    def deployment(self) -> Deployment:
        """Return the deployed stack; the process that deploys it starts the second plan.

        Raises:
            HarnessError: Deploying failed, here or in the process that tried first.
        """
        with self._lock():
            record = self.run.find_record()
            if record is not None and record.status is RunStatus.FAILED:
                raise HarnessError(record.error)
            deployed = record is not None and record.status is RunStatus.DEPLOYED
            if deployed or self.run.settings.reuse_stack:
                return attach(self.run)
            deployment = self._deploy()
        with deferred_interrupts():  # otherwise nothing would cancel it
            self._watch = deployment.watch_drift(when_done=self._second_plan_done.touch)
        return deployment

    def _deploy(self) -> Deployment:
        self._deployed_here = True
        self._second_plan_done.unlink(missing_ok=True)
        try:
            return deploy_ready(self.run)
        except BaseException as error:
            self._record_failure(error)
            raise
        finally:
            self._save_timeline()

    def _record_failure(self, error: BaseException) -> None:
        """Record why the run failed, for its other processes and the report."""
        if not self.run.settings.reuse_stack and self.run.find_record() is not None:
            self.run.update(status=RunStatus.FAILED, error=str(error) or type(error).__name__)

    @property
    def _second_plan_done(self) -> Path:
        return self.run.directory / "second-plan.done"

    def await_second_plan(self) -> None:
        """Wait until the second plan has ended, in whichever process it runs.

        Raises:
            WaitTimeoutError: It did not end in time.
        """
        if self.run.settings.reuse_stack:
            return
        wait_until(
            self._second_plan_done.exists,
            what="the second plan to end",
            ready=bool,
            timeout=_SECOND_PLAN_SECONDS,
        )

    def require_no_drift(self) -> None:
        """Raise if this process ran the second plan and it has changes.

        Raises:
            DriftError: It has.
        """
        if self._watch is not None:
            try:
                self._watch.wait().require_none(self.run.timeline.note)
            finally:
                self._watch.cancel()
                self._save_timeline()

    def _save_timeline(self) -> None:
        if self.run.directory.exists():
            self.run.save_timeline()

    def finish(self, outcome: RunOutcome, *, expired: bool = False) -> None:
        """Destroy the stack unless it is kept; only in the controlling process.

        If the run exceeded its maximum duration (``expired``), nothing is kept. ``outcome``
        receives facts and outputs of the deployment for the report.

        Raises:
            HarnessError: Destroying failed, or something was left behind.
        """
        if self._watch is not None:
            self._watch.cancel()
        record = self.run.find_record()
        if record is None or record.status is RunStatus.DESTROYED:
            return
        with self._lock():
            if not (self._deployed_here or self.run.settings.reuse_stack):
                self.run.load_timeline()
            if record.error:
                outcome.errors.insert(0, HarnessError(record.error))
            try:
                if outcome.failed:
                    save_bundle(self.run, outcome.errors[0] if outcome.errors else None)
            finally:
                self._end(record, outcome, expired=expired)

    def _end(self, record: RunRecord, outcome: RunOutcome, *, expired: bool) -> None:
        settings = self.run.settings
        deployed = record.status is RunStatus.DEPLOYED
        attached = deployed and self._add_facts(outcome)
        if not (settings.reuse_stack or (settings.keep_stack and deployed and not expired)):
            teardown(self.run)
            return
        self.run.teardown.state = TeardownState.KEPT
        if attached:
            outcome.notes.append(kept_note(self.run.environment_suffix))

    def _add_facts(self, outcome: RunOutcome) -> bool:
        """Add the facts of the deployment; return whether it can still be attached to."""
        try:
            outcome.record_deployment(attach(self.run))
        except HarnessError as error:  # the stack must be torn down all the same
            # Such as a cloud that has ended: the cause of the tests that failed.
            outcome.errors.insert(0, error)
            return False
        return True

    def _lock(self) -> FileLock:
        create_folder(self.run.directory)
        return FileLock(self.run.directory / "deploy.lock", timeout=_DEPLOY_SECONDS)
