"""What every check is given: the target, what is deployed there, and what was wanted."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import requests

from harness.aws.clients import Clients
from harness.core.errors import CheckFailedError, HarnessError, WaitFailedError, WaitTimeoutError
from harness.core.wait import wait_until
from harness.run.evidence import CheckResult
from harness.targets.base import TargetAccess
from stack.config import StackConfig
from stack.outputs import CatalogOutputs

T = TypeVar("T")

_REQUEST_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.5


class InterruptedCheckError(HarnessError):
    """A check was ended before it had seen what it needs; it says nothing of the stack."""


@dataclass(frozen=True)
class CheckContext:
    """One deployed stack as the checks see it; shared by all threads of a run.

    Attributes:
        target: Where the stack is deployed.
        outputs: What Terraform said about the deployed stack: names and addresses, never a
            promise to compare with.
        config: What was wanted: the expected values of every check.
        record: Called once per check with its result, one call at a time.
        patience: Seconds that a check waits for something that comes true in its own time
            (targets becoming healthy, log lines arriving) before it fails.
    """

    target: TargetAccess
    outputs: CatalogOutputs
    config: StackConfig
    record: Callable[[CheckResult], None] = field(compare=False)
    patience: float = 120.0
    _recording: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _interrupted: threading.Event = field(
        default_factory=threading.Event, repr=False, compare=False
    )

    @cached_property
    def clients(self) -> Clients:
        """The target's clients."""
        return Clients(self.target.session())

    def interrupt(self) -> None:
        """End the checks that run, at the next thing that they do."""
        self._interrupted.set()

    def _pause(self, seconds: float) -> None:
        self._interrupted.wait(seconds)
        self._go_on()

    def _go_on(self) -> None:
        if self._interrupted.is_set():
            raise InterruptedCheckError("the run of the checks was interrupted")

    def take_down(self, result: CheckResult) -> None:
        """Record a result, whichever thread has it."""
        with self._recording:
            self.record(result)

    def eventually(
        self,
        observe: Callable[[], T],
        *,
        what: str,
        ready: Callable[[T], bool],
        retry_on: tuple[type[Exception], ...] = (),
    ) -> T:
        """Observe until ready, for as long as the patience of this run lasts.

        Args:
            observe: Looks once.
            what: What is expected, as it should read after "expected".
            ready: Whether what was seen is that.
            retry_on: Errors of ``observe`` that mean "not yet".

        Raises:
            CheckFailedError: It was not seen in time; the message says what was seen last.
        """
        try:
            return wait_until(
                observe,
                what=what,
                ready=ready,
                timeout=self.patience,
                delay=_LOOK_AGAIN_SECONDS,
                retry_on=retry_on,
                sleep=self._pause,
            )
        except (WaitTimeoutError, WaitFailedError) as error:
            raise CheckFailedError(f"expected {error.message}") from error

    def request(
        self,
        method: str,
        url: str,
        *,
        session: requests.Session | None = None,
        json: object = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        cookies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send one HTTP request to a host name of the target; redirects are not followed.

        Args:
            method: HTTP method.
            url: Absolute address; the target's session knows how to reach its host.
            session: A session to reuse; a new one otherwise (they belong to one thread).
            json: Body, sent as JSON.
            params: Query parameters.
            headers: Request headers.
            cookies: Request cookies.

        Raises:
            CheckFailedError: No HTTP answer came.
        """
        self._go_on()
        if session is None:
            with self.target.http() as own:
                return self.request(
                    method,
                    url,
                    session=own,
                    json=json,
                    params=params,
                    headers=headers,
                    cookies=cookies,
                )
        try:
            return session.request(
                method,
                url,
                json=json,
                params=params,
                headers=headers,
                cookies=cookies,
                allow_redirects=False,
                timeout=_REQUEST_SECONDS,
            )
        except requests.RequestException as error:
            raise CheckFailedError(f"{method} {url}: no HTTP answer: {error}") from error
