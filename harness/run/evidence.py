"""The results of checks and of tests: what was observed, and on which plane."""

from dataclasses import dataclass
from enum import StrEnum


class Plane(StrEnum):
    """How a claim was proved."""

    DATA = "data plane"  # real traffic: a request, a connection, a query
    CONTROL = "control plane"  # the response of the service's API


class Status(StrEnum):
    """How a check or a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the run ended before it did; proves nothing
    NOT_PROVABLE = "not provable"  # by no run on this target


@dataclass(frozen=True)
class Exchange:
    """A request that a check made, and its answer: each one text, redacted and shortened.

    ``call`` is the API operation, HTTP method and URL, or "SQL".
    """

    call: str
    request: str
    answer: str


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome.

    Attributes:
        check: Id: service and claim, such as ``alb/targets-healthy``.
        observed: What was observed; for ``not provable`` the reason. Never a secret.
        started_at: ISO 8601 time in UTC.
        exchanges: Of a failed check, its last requests with their answers.
    """

    check: str
    claim: str
    plane: Plane
    target: str
    status: Status
    observed: str
    seconds: float
    started_at: str = ""
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class OwnTest:
    """A test of the user that used the stack; several attempts at it are one.

    Attributes:
        seconds: Duration of the last attempt.
        output: Of a failed test, its assertion and captured output; else empty or a reason.
    """

    name: str
    status: Status
    seconds: float
    attempts: int = 1
    output: str = ""
