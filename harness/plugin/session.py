"""The harness in one pytest session: shares the stack, collects results, destroys at the end."""

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any, NoReturn

import pytest

from harness.aws.capability import Capability
from harness.core.errors import HarnessError, NotProvableError, TargetError, UsageError
from harness.core.interrupts import sigterm_as_interrupt
from harness.core.max_duration import Deadline
from harness.pipeline.outcome import RunOutcome
from harness.plugin.observer import Follower, follow_workers, terminal_observer, worker_observer
from harness.plugin.results import ResultCollector, ResultRecorder
from harness.plugin.shared_stack import SharedStack
from harness.report.files import write_report
from harness.report.progress import ConsoleObserver
from harness.report.terminal import plain_summary
from harness.run.evidence import CheckResult, Plane, Status
from harness.run.run import Run

_WORKER_INPUT = "catalog_harness"
_SUMMARY_COLUMNS = 120
_STACK_FIXTURES = frozenset({"deployment", "target"})


def harness_session(config: pytest.Config) -> "HarnessSession":
    """Return the harness's part of a pytest session."""
    session = config.pluginmanager.get_plugin("catalog-harness-session")
    assert isinstance(session, HarnessSession)  # noqa: S101 -- registered at configure
    return session


class HarnessSession:
    """The state of the harness in one process of a pytest session."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._stack: SharedStack | None = None
        self._follower: Follower | None = None
        self.recorder = ResultRecorder()
        self._collector = ResultCollector()
        self._failed_tests: list[str] = []
        self._deadline: Deadline | None = None
        self._at_the_end = ExitStack()
        self.outcome = RunOutcome()

    @property
    def stack(self) -> SharedStack:
        """The stack of this session; reading it starts nothing."""
        if self._stack is None:
            self._stack = self._begin()
            if isinstance(observer := self._stack.run.timeline.observer, ConsoleObserver):
                self._at_the_end.callback(observer.close)
            if self._controls:
                self._handle_sigterm()
                self._start_deadline()
        return self._stack

    def _begin(self) -> SharedStack:
        given = getattr(self._config, "workerinput", {}).get(_WORKER_INPUT)
        try:
            if given:
                return SharedStack.join(self._config, given, worker_observer)
            return SharedStack.begin(self._config, terminal_observer(self._config))
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Pass the stack of the session on to a worker of pytest-xdist."""
        node.workerinput[_WORKER_INPUT] = self.stack.worker_input()
        if self._follower is None:
            self._follower = follow_workers(self._config, self.stack.run.directory)

    def _stop_following(self) -> None:
        if self._follower is not None:
            self._follower.stop()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Let SIGTERM end the session with a teardown if a test may deploy the stack."""
        if self._controls and any(_needs_stack(item) for item in session.items):
            self._handle_sigterm()

    def _handle_sigterm(self) -> None:
        self._at_the_end.enter_context(sigterm_as_interrupt())

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

    def pytest_unconfigure(self) -> None:
        """Restore the handler of SIGTERM; stop the deadline and the progress display."""
        self._at_the_end.close()

    @property
    def _controls(self) -> bool:
        return not hasattr(self._config, "workerinput")

    def require_capabilities(self, item: pytest.Item) -> None:
        """Skip a test whose ``requires`` marker has a capability that the target lacks."""
        marks = item.iter_markers("requires")
        required = [Capability(name) for mark in marks for name in mark.args]
        if not required:
            return
        try:
            target = self.stack.target()
        except HarnessError as error:
            self.give_up(error)
        missing = target.missing()
        reasons = [missing[capability] for capability in required if capability in missing]
        if reasons:
            self._not_provable(item, target.name, "; ".join(dict.fromkeys(reasons)))

    def give_up(self, error: HarnessError) -> NoReturn:
        """Fail the test; exit the session if every other test would fail with the same error.

        It exits for a usage error and for a target that cannot be used, but not from a worker
        of pytest-xdist, whose exit is a crash for the controlling process.
        """
        if self._controls and isinstance(error, UsageError | TargetError):
            pytest.exit(str(error), returncode=error.exit_code)
        raise pytest.fail.Exception(str(error), pytrace=False) from None

    def _not_provable(self, item: pytest.Item, target: str, reason: str) -> None:
        self.recorder.record(
            CheckResult(
                check=f"test/{item.name}",
                claim=item.name,
                plane=Plane.CONTROL,
                target=target,
                status=Status.NOT_PROVABLE,
                observed=reason,
                seconds=0.0,
            )
        )
        pytest.skip(f"not provable on {target}: {reason}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """Skip a test whose check is not provable on this target."""
        try:
            return (yield)
        except NotProvableError as error:
            pytest.skip(f"not provable: {error}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the results of the checks that the test ran."""
        results = self.recorder.take(item)
        report = yield
        self.recorder.attach(results, report)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the results from the tests of all processes."""
        if self._controls:
            self._collector.collect(report)
            if report.failed:
                self._failed_tests.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tear the stack down, once, after the last worker; a failure fails the session."""
        if not self._controls or self._stack is None:
            return
        self._stop_following()
        self.outcome.results = tuple(self._collector.results)
        expired = self._end_deadline()
        if self._failed_tests:
            self.outcome.errors.append(HarnessError(_failure(self._failed_tests)))
        try:
            self._stack.finish(self.outcome, expired=expired)
        except (HarnessError, KeyboardInterrupt) as error:
            self.outcome.errors.append(error)
        successful = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if self.outcome.errors and session.exitstatus in successful:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the evidence and the durations, and write the report files."""
        if self._controls and self._stack is not None:
            _write_summary(terminalreporter, self._stack.run, self.outcome)


def _needs_stack(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & _STACK_FIXTURES) or item.get_closest_marker("requires") is not None


def _failure(tests: list[str]) -> str:
    shown = "\n".join(f"  - {test}" for test in dict.fromkeys(tests))
    return f"{len(set(tests))} test(s) failed:\n{shown}"


def _write_summary(reporter: pytest.TerminalReporter, run: Run, outcome: RunOutcome) -> None:
    report = outcome.report(run)
    if report is None:  # no test needed a stack
        return
    reporter.section("catalog stack")
    for line in plain_summary(report, width=min(reporter._tw.fullwidth, _SUMMARY_COLUMNS)):
        reporter.write_line(line)
    try:
        for path in write_report(report, run.settings.report_dir):
            reporter.write_line(f"report: {path}")
    except UsageError as error:
        reporter.write_line(str(error), red=True)
