"""The harness in one pytest session: shares the stack, collects results, destroys at the end."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from harness.aws.capability import Capability
from harness.core.errors import HarnessError, TargetError, UsageError
from harness.core.interrupts import shielded, sigterm_as_interrupt
from harness.core.max_duration import Deadline
from harness.core.similar_name import similar_name
from harness.deploy.deploy import require_deployed
from harness.pipeline.outcome import RunOutcome
from harness.plugin.observer import Follower, follow_workers, terminal_observer, worker_observer
from harness.plugin.results import USES_STACK, OwnTests, ResultRecorder
from harness.plugin.session_folder import SessionFolder
from harness.plugin.shared_stack import SharedStack
from harness.report.files import write_report
from harness.report.github import report_to_github
from harness.report.model import RunReport
from harness.report.progress import ConsoleObserver
from harness.report.terminal import plain_summary
from harness.run.evidence import Status
from harness.run.owner import RunInUseError
from harness.run.run import Run

_PACKAGE = Path(__file__).parents[1]
_SUMMARY_COLUMNS = 120
_DEPLOYMENT, _LOCK_FIXTURE = "catalog_deployment", "catalog_lock"


class HarnessSession:
    """The state of the harness in one process of a pytest session, which share a folder."""

    def __init__(self, config: pytest.Config, folder: SessionFolder, owner_pid: int) -> None:
        self._config = config
        self._folder = folder
        self._owner_pid = owner_pid
        self._controls = not hasattr(config, "workerinput")
        self._stack: SharedStack | None = None
        self._follower: Follower | None = None
        self.recorder = ResultRecorder(folder)
        self._tests = OwnTests()
        self._deadline: Deadline | None = None
        self._at_the_end = ExitStack()
        self._finished = False
        self._gave_up = False
        self._interrupt: KeyboardInterrupt | None = None
        self._report: RunReport | None = None
        self._written: list[str] = []
        self.outcome = RunOutcome()

    def begin(self, tests: Sequence[pytest.Item]) -> None:
        """Prepare the collected tests that need the stack: with pytest-xdist, those of a worker.

        Raises:
            pytest.UsageError: A setting cannot be used, or there is no stack to reuse.
        """
        for names in map(_names, tests):
            # Tests with the same parametrized function share one list.
            if _DEPLOYMENT in names and _LOCK_FIXTURE not in names:
                names.insert(names.index(_DEPLOYMENT) + 1, _LOCK_FIXTURE)
        if self._controls:
            stack = self.stack
            if not tests:
                self._follower = follow_workers(self._config, stack.run.directory)

    @property
    def stack(self) -> SharedStack:
        """The stack of this session; reading it starts nothing."""
        if self._stack is None:
            try:
                stack = self._choose()
            except UsageError as error:
                raise pytest.UsageError(str(error)) from error
            self._stack = stack  # from now on, ``finish`` may tear it down
            if self._controls:
                self._at_the_end.enter_context(sigterm_as_interrupt())
                self._start_deadline()
        return self._stack

    def _choose(self) -> SharedStack:
        choose = partial(terminal_observer, self._config) if self._controls else worker_observer
        stack = SharedStack.begin(self._config, choose, self._owner_pid, self._folder.agree)
        if isinstance(observer := stack.run.timeline.observer, ConsoleObserver):
            self._at_the_end.enter_context(observer)
        if self._controls:
            self._own(stack.run)
        return stack

    def _own(self, run: Run) -> None:
        """Own the run until the end of the session."""
        try:
            self._at_the_end.enter_context(run.owned("pytest"))
        except RunInUseError as error:
            pytest.exit(str(error), returncode=error.exit_code)
        if run.settings.reuse_stack:
            require_deployed(run)

    def _start_deadline(self) -> None:
        """End the session at its maximum duration, unless it reuses a stack."""
        run = self.stack.run
        if not run.settings.reuse_stack:
            self._deadline = Deadline(
                run.settings.max_duration, applies=lambda: run.find_record() is not None
            )
            self._at_the_end.callback(self._deadline.cancel)
            self._deadline.start()

    def _end_deadline(self) -> bool:
        """Stop the deadline; return whether it expired, which is an error of the session."""
        if self._deadline is None:
            return False
        self._deadline.cancel()
        if self._deadline.expired:
            self.outcome.errors.append(self._deadline.error)
        return self._deadline.expired

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a test that ``catalog_requires`` a capability that the target lacks."""
        self.recorder.begin(item)
        marks = item.iter_markers("catalog_requires")
        required = [_capability(name) for mark in marks for name in mark.args]
        if not required:
            return
        try:
            target = self.stack.target()
        except HarnessError as error:
            self.give_up(error)
        missing = target.missing()
        reasons = [missing[capability] for capability in required if capability in missing]
        if reasons:
            pytest.skip(f"not provable on {target.name}: {'; '.join(dict.fromkeys(reasons))}")

    def give_up(self, error: HarnessError) -> NoReturn:
        """Fail the test; exit the session if every other test would fail with the same error.

        It exits for a usage error and for a target that cannot be used, but not from a worker
        of pytest-xdist, whose exit is a crash for the controlling process.
        """
        if self._controls and isinstance(error, UsageError | TargetError):
            self._gave_up = True
            record = self.stack.run.find_record()
            if record is None or not record.error:  # no other place has the error
                self.outcome.errors.append(error)
            pytest.exit(str(error), returncode=error.exit_code)
        raise pytest.fail.Exception(str(error), pytrace=False) from None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the results of the checks to the JUnit properties; hide the harness's own frames."""
        self.recorder.add_properties(item)
        if call.excinfo is not None and not item.config.getoption("fulltrace"):
            _hide_own_frames(call.excinfo)
        report = yield
        is_own = _DEPLOYMENT in _names(item) or item.get_closest_marker("catalog_requires")
        setattr(report, USES_STACK, bool(is_own))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the tests of all processes."""
        if self._controls:
            self._tests.record(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Record that the session ended early, on a signal or by ``pytest.exit`` of a test."""
        if not self._gave_up:
            self._interrupt = _interrupt(excinfo.value)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> object:
        """Use the method "signal" of pytest-timeout: "thread" ends the process, not the test."""
        if settings.method != "thread":
            return None
        plugin: Any = self._config.pluginmanager.get_plugin("timeout")
        return plugin.pytest_timeout_set_timer(item, settings._replace(method="signal"))

    def finish(self, session: pytest.Session | None) -> None:
        """Tear the stack down and write the report, once; a failure fails the session, if any."""
        if self._finished or self._stack is None:
            return
        self._finished = True
        run, outcome = self._stack.run, self.outcome
        try:
            with shielded("tearing down"):  # also between the steps
                if self._follower is not None:
                    self._follower.stop()
                expired = self._end_deadline()
                self._collect(session, expired=expired)
                self._stack.finish(outcome, expired=expired)
        except (HarnessError, KeyboardInterrupt) as error:
            outcome.errors.append(error)
        finally:
            self._write_report(run)
        successful = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        passed = not outcome.errors if self._report is None else self._report.passed
        if not passed and session is not None and session.exitstatus in successful:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _collect(self, session: pytest.Session | None, *, expired: bool) -> None:
        """Add the results of all processes, and whether the session ran to its end."""
        outcome = self.outcome
        outcome.results, outcome.tests = self.recorder.results(), self._tests.results()
        outcome.proved = Status.PASSED in outcome.statuses
        if others := "".join(f"\n  - {test}" for test in self._tests.failed_others):
            count = len(self._tests.failed_others)
            outcome.errors.append(HarnessError(f"{count} test(s) failed:{others}"))
        if self._interrupt is not None and not expired:
            outcome.errors.append(self._interrupt)
        failed = outcome.errors or Status.FAILED in outcome.statuses
        if not failed and not self._gave_up and (error := _early_end(session)):
            outcome.errors.append(error)

    def _write_report(self, run: Run) -> None:
        self._report = self.outcome.report(run)
        if self._report is None:  # no test needed a stack
            return
        try:
            paths = write_report(self._report, run.settings.report_dir)
            self._written = [f"report: {path}" for path in paths]
            self._written += report_to_github(self._report)
        except UsageError as error:
            self._written = [str(error)]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the evidence, the durations and the paths of the report, once."""
        report, self._report = self._report, None
        if report is None:
            return
        width = min(terminalreporter._tw.fullwidth, _SUMMARY_COLUMNS)
        terminalreporter.section("catalog stack")
        for line in [*plain_summary(report, width=width), *self._written]:
            terminalreporter.write_line(line)

    def close(self) -> None:
        """Show a report that pytest did not show; end the deadline and the progress display."""
        try:
            if (reporter := self._config.pluginmanager.get_plugin("terminalreporter")) is not None:
                self.pytest_terminal_summary(reporter)
        finally:
            self._at_the_end.close()


def _capability(name: str) -> Capability:
    try:
        return Capability(name)
    except ValueError:
        message = f"catalog_requires: {name!r} is not a capability{similar_name(name, Capability)}"
        raise pytest.fail.Exception(
            f"{message}\n  What to do: use one of {', '.join(Capability)}", pytrace=False
        ) from None


def _hide_own_frames(raised: pytest.ExceptionInfo[BaseException]) -> None:
    """Show only the user's frames of an error of the harness; every other error is a bug."""
    if _is_own(raised):
        for entry in raised.traceback:
            if _PACKAGE in Path(entry.path).parents:
                entry.frame.f_globals["__tracebackhide__"] = _is_own
        raised.value.__cause__, raised.value.__suppress_context__ = None, True


def _is_own(raised: pytest.ExceptionInfo[BaseException]) -> bool:
    return isinstance(raised.value, HarnessError)


def _names(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def _interrupt(cause: BaseException) -> KeyboardInterrupt:
    if isinstance(cause, KeyboardInterrupt):
        return cause
    interrupt = KeyboardInterrupt()
    interrupt.add_note(str(cause))
    return interrupt


def _early_end(session: pytest.Session | None) -> BaseException | None:
    """Return why not every test ran, where neither a failed test nor a signal is the reason."""
    if session is None:
        return HarnessError("pytest ended before it finished the session")
    if session.exitstatus == pytest.ExitCode.INTERNAL_ERROR:
        return HarnessError("pytest ended with an internal error")
    if session.testsfailed:
        return HarnessError(f"{session.testsfailed} test(s) failed")
    if session.exitstatus == pytest.ExitCode.INTERRUPTED:
        return _interrupt(pytest.exit.Exception(str(session.shouldstop or "")))
    return None
