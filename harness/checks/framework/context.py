"""The context of every check: the target, the deployed stack's outputs, and expected values."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any, TypeVar

import requests

from harness.aws.clients import Clients
from harness.checks.framework.description import Descriptions
from harness.checks.framework.exchanges import ExchangeLog
from harness.checks.framework.expected import ExpectedStack
from harness.core.errors import CheckFailedError, HarnessError, WaitTimeoutError
from harness.core.wait import wait_until
from harness.run.evidence import CheckResult
from harness.run.stack_definition import StackOutputs
from harness.targets.base import TargetAccess

T = TypeVar("T")

_REQUEST_SECONDS = 30.0
_POLL_SECONDS = 0.5
_AGAIN_SECONDS = 5.0


class InterruptedCheckError(HarnessError):
    """A check was interrupted before it had a result; it is no statement about the stack."""


@dataclass(frozen=True)
class CheckContext:
    """One deployed stack, shared by all checks and threads of a run.

    Attributes:
        outputs: Terraform outputs of the deployed stack: ids and ARNs to find resources by,
            not values to compare with.
        configured: What the configuration says of every resource.
        record: Called once per check with its result, one call at a time.
        interrupted: Once set, it ends running checks at their next request or wait.
        patience: Seconds that a check waits for a condition that comes true with time (healthy
            targets, log events) before it fails.
    """

    target: TargetAccess
    outputs: StackOutputs
    expected: ExpectedStack
    configured: Descriptions
    record: Callable[[CheckResult], None] = field(compare=False)
    patience: float = 120.0
    exchanges: ExchangeLog = field(default_factory=ExchangeLog, repr=False, compare=False)
    _constants: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _timed_out: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    _result_lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _thread: threading.local = field(default_factory=threading.local, repr=False, compare=False)
    interrupted: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    @cached_property
    def clients(self) -> Clients:
        """The target's clients."""
        session = self.target.session()
        self.exchanges.observe(session)
        return Clients(session)

    def once(self, what: str, read: Callable[[], T]) -> T:
        """Return what was read first: for what never changes, such as the ARN of a resource."""
        if what not in self._constants:
            self._constants[what] = read()
        value: T = self._constants[what]
        return value

    def record_result(self, result: CheckResult) -> None:
        """Record the result of a check; safe to call from any thread."""
        with self._result_lock:
            self.record(result)

    def eventually(
        self,
        observe: Callable[[], T],
        *,
        what: str,
        ready: Callable[[T], bool],
        retry_on: tuple[type[Exception], ...] = (),
    ) -> T:
        """Observe until ready, for at most ``patience`` seconds; 5 if ``what`` timed out before.

        Args:
            what: What is expected, as it reads after "expected".
            retry_on: Errors of ``observe`` that mean "not yet".

        Raises:
            CheckFailedError: The deadline passed; the message has the last observation.
        """
        try:
            return wait_until(
                observe,
                what=what,
                ready=ready,
                timeout=min(self.patience, _AGAIN_SECONDS if what in self._timed_out else inf),
                delay=_POLL_SECONDS,
                retry_on=retry_on,
                sleep=self.pause,
            )
        except WaitTimeoutError as error:
            self._timed_out.add(what)
            raise CheckFailedError(f"expected {error.message}") from error

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send one HTTP request to a host name of the target; redirects are not followed.

        Args:
            url: Absolute address; the target's HTTP session resolves its host.
            **options: ``json``, ``params``, ``headers``, ``cookies`` as for ``requests.request``.

        Raises:
            CheckFailedError: No HTTP response arrived.
        """
        self._require_uninterrupted()
        try:
            response = self._session().request(
                method, url, allow_redirects=False, timeout=_REQUEST_SECONDS, **options
            )
            head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
            answer = f"{response.status_code} {response.reason}\n{head}\n\n{response.text}"
            self.exchanges.add(f"{method} {url}", options, answer)
        except requests.RequestException as error:
            self.exchanges.add(f"{method} {url}", options, error)
            raise CheckFailedError(f"{method} {url}: no HTTP response: {error}") from error
        return response

    def _session(self) -> requests.Session:
        """Return the HTTP session of this thread; it keeps connections, but no cookies."""
        if not hasattr(self._thread, "session"):
            self._thread.session = self.target.http()
        session: requests.Session = self._thread.session
        session.cookies.clear()
        return session

    def pause(self, seconds: float) -> None:
        """Wait for a number of seconds, or until the checks are interrupted, which raises."""
        self.interrupted.wait(seconds)
        self._require_uninterrupted()

    def _require_uninterrupted(self) -> None:
        if self.interrupted.is_set():
            raise InterruptedCheckError("the run of the checks was interrupted")
