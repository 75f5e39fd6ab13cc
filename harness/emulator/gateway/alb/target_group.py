"""A target group at run time: registered targets, their health, round robin."""

import asyncio
from collections import Counter
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


class TargetGroup:
    """Tracks the registered targets of one target group and checks their health.

    The first check of a target is after ``initial_seconds``, and as much later for each further
    one that is registered at the same time.
    """

    def __init__(
        self,
        arn: str,
        caller: Caller,
        aws: AwsApi,
        time_scale: TimeScale,
        configuration: TargetGroupConfig,
        *,
        initial_seconds: float = 0.0,
    ) -> None:
        self.arn = arn
        self.caller = caller
        self.configuration = configuration
        self.responses: Counter[str] = Counter()
        self._aws = aws
        self._time_scale = time_scale
        self._initial_seconds = initial_seconds
        self._registered: dict[TargetAddress, Registration] = {}
        self._draining: dict[TargetAddress, float] = {}
        self._picks = 0

    @property
    def in_use(self) -> bool:
        """Whether any listener or rule forwards to it."""
        return bool(self.configuration.load_balancers)

    def configure(self, configuration: TargetGroupConfig) -> None:
        """Apply a configuration; checks restart if it has changed."""
        if configuration == self.configuration:
            return
        self.configuration = configuration
        for address, registration in self._registered.items():
            registration.stop_checks()
            registration.record = HealthRecord()
            registration.checks = asyncio.create_task(self._check(address, registration))

    async def refresh(self) -> None:
        """Update the registered targets."""
        try:
            result = await self._aws.call(
                self.caller, "elbv2", "DescribeTargetHealth", TargetGroupArn=self.arn
            )
        except ApiError:  # the group has been deleted
            result = {"TargetHealthDescriptions": []}
        targets = [described["Target"] for described in result["TargetHealthDescriptions"]]
        self._update({TargetAddress(target["Id"], target["Port"]) for target in targets})

    def _update(self, current: set[TargetAddress]) -> None:
        now = asyncio.get_running_loop().time()
        for address in self._registered.keys() - current:
            self._registered.pop(address).stop_checks()
            if self.in_use:
                delay = self.configuration.draining_seconds
                self._draining[address] = now + self._time_scale.seconds(delay)
        for number, address in enumerate(sorted(current - self._registered.keys()), 1):
            self._draining.pop(address, None)
            registration = Registration()
            delay = number * self._initial_seconds
            registration.checks = asyncio.create_task(self._check(address, registration, delay))
            self._registered[address] = registration
        for address in [key for key, deadline in self._draining.items() if deadline <= now]:
            del self._draining[address]

    async def _check(
        self, address: TargetAddress, registration: Registration, delay: float = 0.0
    ) -> None:
        check = self.configuration.check
        await asyncio.sleep(delay)
        while self.in_use and check.enabled:
            registration.record.add(await probe(check, address.id, address.port), check)
            await asyncio.sleep(self._time_scale.seconds(check.interval))

    def is_registered(self, address: TargetAddress) -> bool:
        """Whether the address was registered at the last refresh."""
        return address in self._registered

    def pick(self) -> TargetAddress | None:
        """Return the next target in round robin; None if there is none.

        Only healthy targets are used, unless there is none: "if a target group contains only
        unhealthy registered targets, the load balancer routes requests to all of them".
        """
        for states in ((State.HEALTHY, State.UNAVAILABLE), (State.UNHEALTHY,)):
            candidates = [
                address
                for address, registration in self._registered.items()
                if self._health(registration).state in states
            ]
            if candidates:
                break
        else:
            return None
        chosen = min(candidates, key=lambda address: self._registered[address].last_pick)
        self._picks += 1
        self._registered[chosen].last_pick = self._picks
        return chosen

    def _health(self, registration: Registration) -> Health:
        if not self.in_use:
            return NOT_IN_USE
        if not self.configuration.check.enabled:
            return CHECKS_DISABLED
        return registration.record.health

    def health(self) -> dict[TargetAddress, Health]:
        """Return every registered or draining target with its health."""
        registered = {address: self._health(each) for address, each in self._registered.items()}
        return registered | dict.fromkeys(self._draining, DRAINING)

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
        for registration in self._registered.values():
            registration.stop_checks()
        self._registered.clear()
