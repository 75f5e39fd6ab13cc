"""A target group at run time: registered targets, their health, round robin."""

import asyncio
from collections import Counter
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from harness.emulator.gateway.alb.health import (
    CHECKS_DISABLED,
    DRAINING,
    NOT_IN_USE,
    Health,
    HealthRecord,
    State,
)
from harness.emulator.gateway.alb.probe import probe
from harness.emulator.gateway.alb.target import (
    Registration,
    TargetAddress,
    TargetGroupConfig,
    select,
)
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.caller import Caller


@dataclass(eq=False)
class TargetGroup:
    """Tracks the registered targets of one target group and checks their health.

    The first check of a target is after ``initial_seconds``, and as much later for each further
    one that is registered at the same time.
    """

    arn: str
    caller: Caller
    aws: AwsApi
    time_scale: TimeScale
    configuration: TargetGroupConfig
    _: KW_ONLY
    initial_seconds: float = 0.0
    responses: Counter[str] = field(default_factory=Counter)
    registered: dict[TargetAddress, Registration] = field(default_factory=dict)
    draining: dict[TargetAddress, float] = field(default_factory=dict)
    picks: int = 0

    @property
    def in_use(self) -> bool:
        """Whether any listener or rule forwards to it."""
        return bool(self.configuration.load_balancers)

    def configure(self, configuration: TargetGroupConfig) -> None:
        """Apply a configuration; checks restart if it has changed."""
        if configuration == self.configuration:
            return
        self.configuration = configuration
        for address, registration in self.registered.items():
            registration.stop_checks()
            registration.record = HealthRecord()
            registration.checks = asyncio.create_task(self._check(address, registration))

    async def refresh(self) -> None:
        """Update the registered targets."""
        try:
            result = await self.aws.call(
                self.caller, "elbv2", "DescribeTargetHealth", TargetGroupArn=self.arn
            )
        except ApiError:  # the group has been deleted
            result = {"TargetHealthDescriptions": []}
        targets = [described["Target"] for described in result["TargetHealthDescriptions"]]
        self._update({TargetAddress(target["Id"], target["Port"]) for target in targets})

    def _update(self, current: set[TargetAddress]) -> None:
        now = asyncio.get_running_loop().time()
        for address in self.registered.keys() - current:
            self.registered.pop(address).stop_checks()
            if self.in_use:
                delay = self.configuration.draining_seconds
                self.draining[address] = now + self.time_scale.seconds(delay)
        for number, address in enumerate(sorted(current - self.registered.keys()), 1):
            self.draining.pop(address, None)
            registration = Registration()
            delay = number * self.initial_seconds
            registration.checks = asyncio.create_task(self._check(address, registration, delay))
            self.registered[address] = registration
        self.draining = {key: end for key, end in self.draining.items() if end > now}

    async def _check(
        self, address: TargetAddress, registration: Registration, delay: float = 0.0
    ) -> None:
        check = self.configuration.check
        await asyncio.sleep(delay)
        while self.in_use and check.enabled:
            registration.record.add(await probe(check, address.id, address.port), check)
            await asyncio.sleep(self.time_scale.seconds(check.interval))

    def pick(self) -> TargetAddress | None:
        """Return the next target in round robin; None if there is none.

        Only healthy targets are used, unless there is none: "if a target group contains only
        unhealthy registered targets, the load balancer routes requests to all of them".
        """
        states = {address: self._health(each).state for address, each in self.registered.items()}
        usable = [each for each in states if states[each] in (State.HEALTHY, State.UNAVAILABLE)]
        candidates = usable or [each for each in states if states[each] is State.UNHEALTHY]
        if not candidates:
            return None
        chosen = min(candidates, key=lambda address: self.registered[address].last_pick)
        self.picks += 1
        self.registered[chosen].last_pick = self.picks
        return chosen

    def _health(self, registration: Registration) -> Health:
        if not self.in_use:
            return NOT_IN_USE
        if not self.configuration.check.enabled:
            return CHECKS_DISABLED
        return registration.record.health

    def health(self) -> dict[TargetAddress, Health]:
        """Return every registered or draining target with its health."""
        # A copy: other threads call this, too.
        current = list(self.registered.items())
        registered = {address: self._health(each) for address, each in current}
        return registered | dict.fromkeys(self.draining, DRAINING)

    def count(self, state: State) -> int:
        """Return how many targets are in a state."""
        return sum(health.state is state for health in self.health().values())

    def describe(self, requested: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return ``TargetHealthDescriptions`` of the API."""
        targets = self.health()
        if requested:
            targets = select(targets, requested)
        return [
            {
                "Target": {"Id": address.id, "Port": address.port},
                "HealthCheckPort": str(self.configuration.check.port_for(address.port)),
                "TargetHealth": health.as_result(),
            }
            for address, health in targets.items()
        ]

    def close(self) -> None:
        """Stop all checks."""
        for registration in self.registered.values():
            registration.stop_checks()
        self.registered.clear()
