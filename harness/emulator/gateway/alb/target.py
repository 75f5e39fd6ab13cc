"""Values of a target group: addresses of targets, configuration, registrations."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from harness.emulator.gateway.alb.health import NOT_REGISTERED, Health, HealthCheck, HealthRecord


@dataclass(frozen=True, order=True)
class TargetAddress:
    """Address of a target: IP address or host name, and port."""

    id: str
    port: int


@dataclass(frozen=True)
class TargetGroupConfig:
    """The configuration of a target group."""

    check: HealthCheck
    load_balancers: tuple[str, ...]
    draining_seconds: float
    idle_seconds: float


@dataclass
class Registration:
    """A registered target: its health, its task of checks, number of its last pick, its zone."""

    record: HealthRecord = field(default_factory=HealthRecord)
    checks: asyncio.Task[None] | None = None
    last_pick: int = 0
    zone: str = ""

    def stop_checks(self) -> None:
        """Stop checking the target."""
        if self.checks is not None:
            self.checks.cancel()


def select(
    targets: dict[TargetAddress, Health], requested: list[dict[str, Any]]
) -> dict[TargetAddress, Health]:
    """Return the targets that DescribeTargetHealth requests."""
    selected: dict[TargetAddress, Health] = {}
    for target in requested:
        matching = {
            address: health
            for address, health in targets.items()
            if address.id == target["Id"] and target.get("Port") in (None, address.port)
        }
        missing = {TargetAddress(target["Id"], target.get("Port", 0)): NOT_REGISTERED}
        selected |= matching or missing
    return selected
