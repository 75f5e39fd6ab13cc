"""The harness in one pytest session: joins its processes, carries results, ends the stack."""

import signal
from collections.abc import Generator
from types import FrameType
from typing import Any, NoReturn

import pytest

from harness.aws.capability import Capability
from harness.core.deadline import Deadline
from harness.core.errors import HarnessError, NotProvableError, TargetError, UsageError
from harness.core.interrupts import Terminated
from harness.pipeline.outcome import RunOutcome
from harness.plugin.observer import Follower, follow_workers, terminal_observer, worker_observer
from harness.plugin.results import ResultCollector, ResultCourier
from harness.plugin.shared_stack import SharedStack
from harness.plugin.summary import write_summary
from harness.report.progress import ConsoleObserver
from harness.run.evidence import CheckResult, Plane, Status

_INVITATION = "catalog_harness"
_STACK_FIXTURES = frozenset({"deployment", "target"})


def harness_session(config: pytest.Config) -> "HarnessSession":
    """Return the harness's part of a pytest session."""
    session = config.pluginmanager.get_plugin("catalog-harness-session")
    assert isinstance(session, HarnessSession)  # noqa: S101 -- registered at configure
    return session


class HarnessSession:
    """What the harness keeps for the time of a pytest session, in each of its processes.

    Args:
        config: pytest's configuration.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._stack: SharedStack | None = None
        self._follower: Follower | None = None
        self.courier = ResultCourier()
        self._collector = ResultCollector()
        self._failed_tests: list[str] = []
        self._former_handler: Any = None
        self._deadline: Deadline | None = None
        self.outcome = RunOutcome()

    @property
    def stack(self) -> SharedStack:
        """The stack of this session; nothing is started by asking for it."""
        if self._stack is None:
            self._stack = self._begin()
            if self._controls:
                self._heed_sigterm()
                self._start_deadline()
        return self._stack

    def _begin(self) -> SharedStack:
        invitation = getattr(self._config, "workerinput", {}).get(_INVITATION)
        try:
            if invitation:
                return SharedStack.join(self._config, invitation, worker_observer)
            return SharedStack.begin(self._config, terminal_observer(self._config))
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist which stack the session shares."""
        node.workerinput[_INVITATION] = self.stack.invitation()
        if self._follower is None:
            self._follower = follow_workers(self._config, self.stack.run.directory)

    def _stop_following(self) -> None:
        if self._follower is not None:
            self._follower.stop()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Have SIGTERM end the session in order when it may deploy something."""
        if self._controls and any(_needs_stack(item) for item in session.items):
            self._heed_sigterm()

    def _heed_sigterm(self) -> None:
        if self._former_handler is None:
            self._former_handler = signal.signal(signal.SIGTERM, _terminate)

    def _start_deadline(self) -> None:
        """End the session when its stack may be there no longer; a reused one is not its own."""
        run = self.stack.run
        if not run.settings.reuse_stack:
            self._deadline = Deadline(
                run.settings.max_duration, applies=lambda: run.find_record() is not None
            )
            self._deadline.start()

    def _end_deadline(self) -> bool:
        """Stop the clock; return whether the time was up, which is an error of the session."""
        if self._deadline is None:
            return False
        self._deadline.cancel()
        if self._deadline.expired:
            self.outcome.errors.append(self._deadline.error)
        return self._deadline.expired

    def pytest_unconfigure(self) -> None:
        """Leave SIGTERM as it was, and stop the clock and the telling of progress."""
        if self._stack is not None and isinstance(
            observer := self._stack.run.timeline.observer, ConsoleObserver
        ):
            observer.close()
        if self._deadline is not None:
            self._deadline.cancel()  # a session that ended without its end
        if self._former_handler is not None:
            signal.signal(signal.SIGTERM, self._former_handler)

    @property
    def _controls(self) -> bool:
        return not hasattr(self._config, "workerinput")

    def require_capabilities(self, item: pytest.Item) -> None:
        """Skip a test whose ``requires`` marker names something that the target lacks."""
        wanted = [Capability(name) for mark in item.iter_markers("requires") for name in mark.args]
        if not wanted:
            return
        try:
            target = self.stack.target()
        except HarnessError as error:
            self.give_up(error)
        missing = target.missing()
        reasons = [missing[capability] for capability in wanted if capability in missing]
        if reasons:
            self._not_provable(item, target.name, "; ".join(dict.fromkeys(reasons)))

    def give_up(self, error: HarnessError) -> NoReturn:
        """Fail the test; end the session where every other test would say the same.

        That is so for a mistake in what was asked and for a target that cannot be used; a
        worker of pytest-xdist cannot end the session in good order.

        Args:
            error: Why there is no stack, or no target.
        """
        if self._controls and isinstance(error, UsageError | TargetError):
            pytest.exit(str(error), returncode=error.exit_code)
        raise pytest.fail.Exception(str(error), pytrace=False) from None

    def _not_provable(self, item: pytest.Item, target: str, reason: str) -> None:
        self.courier.record(
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
        """Turn a check that cannot be made on this target into a skip."""
        try:
            return (yield)
        except NotProvableError as error:
            pytest.skip(f"not provable: {error}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the results of the checks that the test made."""
        results = self.courier.hand_over(item)
        report = yield
        self.courier.attach(results, report)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the results from the tests of all processes."""
        if self._controls:
            self._collector.collect(report)
            if report.failed:
                self._failed_tests.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the stack, once, after the last worker; a failure fails the session."""
        if not self._controls or self._stack is None:
            return
        self._stop_following()
        self.outcome.results = tuple(self._collector.results)
        late = self._end_deadline()
        if self._failed_tests:
            self.outcome.errors.append(HarnessError(_failed(self._failed_tests)))
        try:
            self._stack.finish(self.outcome, late=late)
        except (HarnessError, KeyboardInterrupt) as error:
            self.outcome.errors.append(error)
        fine = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if self.outcome.errors and session.exitstatus in fine:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the evidence and the durations, and write the report files."""
        if self._controls and self._stack is not None:
            write_summary(terminalreporter, self._stack.run, self.outcome)


def _needs_stack(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & _STACK_FIXTURES) or item.get_closest_marker("requires") is not None


def _failed(tests: list[str]) -> str:
    shown = "\n".join(f"  - {test}" for test in dict.fromkeys(tests))
    return f"{len(set(tests))} test(s) failed:\n{shown}"


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated
