"""The health of a target, and its transitions by health checks.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class State(StrEnum):
    """State of a target in DescribeTargetHealth."""

    INITIAL = "initial"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNUSED = "unused"
    DRAINING = "draining"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Health:
    """State with reason code and description of AWS; a healthy target has neither."""

    state: State
    reason: str = ""
    description: str = ""

    def as_result(self) -> dict[str, str]:
        """Return the ``TargetHealth`` of the API."""
        fields = {"State": self.state, "Reason": self.reason, "Description": self.description}
        return {name: str(value) for name, value in fields.items() if value}


HEALTHY = Health(State.HEALTHY)
INITIAL = Health(State.INITIAL, "Elb.InitialHealthChecking", "Initial health checks in progress")
NOT_IN_USE = Health(
    State.UNUSED,
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
NOT_REGISTERED = Health(
    State.UNUSED, "Target.NotRegistered", "Target is not registered to the target group"
)
DRAINING = Health(
    State.DRAINING, "Target.DeregistrationInProgress", "Target deregistration is in progress"
)
CHECKS_DISABLED = Health(
    State.UNAVAILABLE,
    "Target.HealthCheckDisabled",
    "Health checks are disabled for the target group",
)


@dataclass(frozen=True)
class HealthCheck:
    """The health check configuration of a target group, with the values of the API.

    Times are in seconds; thresholds are results in a row; ``port`` is a number or
    ``traffic-port``; ``matcher`` is like ``200``, ``200,202`` or ``200-299``.
    """

    enabled: bool
    protocol: str
    port: str
    path: str
    interval: float
    timeout: float
    healthy_threshold: int
    unhealthy_threshold: int
    matcher: str

    @classmethod
    def of(cls, target_group: dict[str, Any]) -> Self:
        """Return the health check of a ``TargetGroup`` of the API."""
        return cls(
            enabled=target_group["HealthCheckEnabled"],
            protocol=target_group["HealthCheckProtocol"],
            port=target_group["HealthCheckPort"],
            path=target_group.get("HealthCheckPath", "/"),
            interval=target_group["HealthCheckIntervalSeconds"],
            timeout=target_group["HealthCheckTimeoutSeconds"],
            healthy_threshold=target_group["HealthyThresholdCount"],
            unhealthy_threshold=target_group["UnhealthyThresholdCount"],
            matcher=target_group.get("Matcher", {}).get("HttpCode", "200"),
        )

    def port_for(self, target_port: int) -> int:
        """Return the port to check on a target that listens on ``target_port``."""
        return int(self.port) if self.port.isdigit() else target_port

    def accepts(self, status: int) -> bool:
        """Whether a status code matches the matcher."""
        for part in self.matcher.split(","):
            first, _, last = part.partition("-")
            if int(first) <= status <= int(last or first):
                return True
        return False


class HealthRecord:
    """The health of one registered target, updated by its checks."""

    def __init__(self) -> None:
        self.health = INITIAL
        self._streak = 0
        self._last = State.UNHEALTHY

    def add(self, result: Health, check: HealthCheck) -> None:
        """Add the result of a check, healthy or unhealthy.

        A new target is healthy after its first success; an unhealthy one needs
        ``healthy_threshold`` successes; any is unhealthy after ``unhealthy_threshold`` failures.
        """
        self._streak = self._streak + 1 if result.state is self._last else 1
        self._last = result.state
        needed = check.unhealthy_threshold
        if result.state is State.HEALTHY:
            needed = check.healthy_threshold if self.health.state is State.UNHEALTHY else 1
        if self._streak >= needed:
            self.health = result
