"""The result of a check: what was observed, and on which plane."""

from dataclasses import dataclass
from enum import StrEnum


class Plane(StrEnum):
    """How a claim was proved."""

    DATA = "data plane"  # real traffic: a request, a connection, a query
    CONTROL = "control plane"  # the response of the service's API


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_PROVABLE = "not provable"


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome.

    Attributes:
        check: Id: service and claim, such as ``alb/targets-healthy``.
        claim: The claim as a sentence ("every target is healthy").
        plane: Data plane or control plane.
        target: Name of the target.
        status: passed, failed, or not provable.
        observed: What was observed; for ``not provable`` the reason. Never a secret.
        seconds: Duration of the check.
    """

    check: str
    claim: str
    plane: Plane
    target: str
    status: Status
    observed: str
    seconds: float
