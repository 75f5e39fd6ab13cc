import asyncio
from dataclasses import replace

import pytest

from harness.emulator.gateway.alb.group import TargetGroup
from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.target import TargetAddress
from tests.unit.harness.emulator.gateway.alb.target_groups import (
    LOOPBACK,
    UNCHECKED,
    UNUSED,
    USED,
    group_of,
    register,
)
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving, unused_port
from tests.unit.harness.emulator.gateway.alb.test_health import check
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, elb_error

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
    async with group_of(aws, pace=0.0) as group:
        register(aws, await unused_port())
        await group.refresh()

        await becomes(group, "unhealthy")


async def test_a_group_that_nobody_uses_is_not_checked(aws: FakeAws) -> None:
    async with serving(Target("a")) as target, group_of(aws, UNUSED) as group:
        register(aws, target.port)
        await group.refresh()
        await asyncio.sleep(0.01)

        assert [health.reason for health in group.health().values()] == ["Target.NotInUse"]
        assert target.received == []


async def test_checks_begin_when_a_listener_comes(aws: FakeAws) -> None:
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


async def test_without_checks_health_is_unavailable_and_targets_are_used(aws: FakeAws) -> None:
    async with group_of(aws, UNCHECKED) as group:
        register(aws, 1)
        await group.refresh()

        assert [str(health.state) for health in group.health().values()] == ["unavailable"]
        assert group.pick() == TargetAddress(LOOPBACK, 1)


async def test_a_deregistered_target_drains_and_is_not_picked(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        register(aws, 1, 2)
        await group.refresh()
        register(aws, 2)
        await group.refresh()

        states = {address.port: str(h.state) for address, h in group.health().items()}
        assert states == {2: "initial", 1: "draining"}
        assert {group.pick() for _ in range(3)} == {TargetAddress(LOOPBACK, 2)}
        assert not group.is_registered(TargetAddress(LOOPBACK, 1))


async def test_draining_ends_with_the_deregistration_delay(aws: FakeAws) -> None:
    async with group_of(aws, replace(USED, draining_seconds=0.0)) as group:
        register(aws, 1)
        await group.refresh()
        register(aws)
        await group.refresh()
        assert group.count(State.DRAINING) == 1

        await asyncio.sleep(0.005)
        await group.refresh()

        assert group.health() == {}


async def test_a_target_that_comes_back_no_longer_drains(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        for ports in ((1,), (), (1,)):
            register(aws, *ports)
            await group.refresh()

        assert group.count(State.INITIAL) == 1
        assert group.count(State.DRAINING) == 0


async def test_targets_of_an_unused_group_do_not_drain(aws: FakeAws) -> None:
    async with group_of(aws, UNUSED) as group:
        register(aws, 1)
        await group.refresh()
        register(aws)
        await group.refresh()

        assert group.health() == {}


async def test_a_group_that_has_just_been_deleted_has_no_targets(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        aws.answers["DescribeTargetHealth"] = elb_error(
            "DescribeTargetHealth", "TargetGroupNotFound"
        )
        await group.refresh()

        assert group.pick() is None


async def test_healthy_targets_take_turns(aws: FakeAws) -> None:
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


async def test_without_any_healthy_target_all_take_turns(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        register(aws, 1, 2)
        await group.refresh()

        assert {group.pick() for _ in range(2)} == {
            TargetAddress(LOOPBACK, 1),
            TargetAddress(LOOPBACK, 2),
        }


async def test_only_the_targets_asked_for_are_described(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        register(aws, 1, 2)
        await group.refresh()

        by_port = group.describe([{"Id": LOOPBACK, "Port": 2}])
        by_address = group.describe([{"Id": LOOPBACK}])
        unknown = group.describe([{"Id": "10.0.0.1"}])

    assert [each["Target"]["Port"] for each in by_port] == [2]
    assert [each["Target"]["Port"] for each in by_address] == [1, 2]
    assert [each["TargetHealth"]["Reason"] for each in unknown] == ["Target.NotRegistered"]
