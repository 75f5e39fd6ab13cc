"""What a check yields: evidence of what was observed, and on which plane."""

from dataclasses import dataclass
from enum import StrEnum


class Plane(StrEnum):
    """How something was proved."""

    DATA = "data plane"  # real traffic: a request, a connection, a query
    CONTROL = "control plane"  # what the service's API says


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_PROVABLE = "not provable"


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome.

    Attributes:
        check: Id, service and claim, such as ``alb/targets-healthy``.
        claim: The claim as a sentence ("every target is healthy").
        plane: Data plane or control plane.
        target: Name of the target.
        status: passed, failed, or not provable.
        observed: What was seen; for ``not provable`` the reason. Never a secret.
        seconds: How long the check took.
    """

    check: str
    claim: str
    plane: Plane
    target: str
    status: Status
    observed: str
    seconds: float
