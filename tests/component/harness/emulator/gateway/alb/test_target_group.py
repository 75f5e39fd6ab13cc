import asyncio
from dataclasses import replace

import pytest

from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.target_group import TargetGroup
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving, unused_port
from tests.unit.harness.emulator.gateway.alb.sample_target_group import (
    LOOPBACK,
    UNUSED,
    USED,
    group_of,
    register,
)
from tests.unit.harness.emulator.gateway.alb.test_health import check
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

pytestmark = pytest.mark.anyio


async def becomes(group: TargetGroup, *states: str) -> None:
    async with asyncio.timeout(10):
        while [str(health.state) for health in group.health().values()] != list(states):
            await asyncio.sleep(0.001)


async def test_registered_targets_are_checked_and_become_healthy(aws: FakeAws) -> None:
    async with serving(Target("a")) as target, group_of(aws) as group:
        register(aws, target.port)
        await group.refresh()
        assert [health.state for health in group.health().values()] == [State.INITIAL]

        await becomes(group, "healthy")

        assert group.describe([]) == [
            {
                "Target": {"Id": LOOPBACK, "Port": target.port},
                "HealthCheckPort": str(target.port),
                "TargetHealth": {"State": "healthy"},
            }
        ]


async def test_a_dead_target_becomes_unhealthy(aws: FakeAws) -> None:
    async with group_of(aws, time_scale=0.0) as group:
        register(aws, await unused_port())
        await group.refresh()

        await becomes(group, "unhealthy")


async def test_targets_of_an_unused_group_are_not_checked(aws: FakeAws) -> None:
    async with serving(Target("a")) as target, group_of(aws, UNUSED) as group:
        register(aws, target.port)
        await group.refresh()
        await asyncio.sleep(0.01)

        assert [health.reason for health in group.health().values()] == ["Target.NotInUse"]
        assert target.received == []


async def test_checks_start_when_a_listener_is_added(aws: FakeAws) -> None:
    async with serving(Target("a")) as target, group_of(aws, UNUSED) as group:
        register(aws, target.port)
        await group.refresh()

        group.configure(USED)

        await becomes(group, "healthy")


async def test_the_same_configuration_changes_nothing(aws: FakeAws) -> None:
    async with serving(Target("a")) as target, group_of(aws) as group:
        register(aws, target.port)
        await group.refresh()
        await becomes(group, "healthy")

        group.configure(replace(USED))

        assert group.count(State.HEALTHY) == 1


async def test_healthy_targets_are_picked_in_round_robin(aws: FakeAws) -> None:
    async with (
        serving(Target("a")) as one,
        serving(Target("b")) as two,
        serving(Target("c", status=500)) as ill,
        group_of(aws, replace(USED, check=check(UnhealthyThresholdCount=1))) as group,
    ):
        register(aws, one.port, two.port, ill.port)
        await group.refresh()
        async with asyncio.timeout(10):
            while (group.count(State.HEALTHY), group.count(State.UNHEALTHY)) != (2, 1):
                await asyncio.sleep(0.001)

        picked = [group.pick() for _ in range(6)]

    first, second = sorted((one.port, two.port))
    assert [address and address.port for address in picked] in (
        [first, second] * 3,
        [second, first] * 3,
    )
