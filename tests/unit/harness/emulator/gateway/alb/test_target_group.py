import asyncio
from dataclasses import replace

import pytest

from harness.emulator.gateway.alb import target_group as target_group_module
from harness.emulator.gateway.alb.health import HEALTHY, Health, HealthCheck, State
from harness.emulator.gateway.alb.target import TargetAddress
from harness.emulator.gateway.alb.target_group import TargetGroup
from tests.unit.harness.emulator.gateway.alb.sample_target_group import (
    LOOPBACK,
    UNCHECKED,
    UNUSED,
    USED,
    group_of,
    register,
)
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, elb_error

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def probed(monkeypatch: pytest.MonkeyPatch) -> dict[int, Health]:
    """The results of health checks by port; that of any other port never arrives."""
    results: dict[int, Health] = {}

    async def probe(check: HealthCheck, address: str, target_port: int) -> Health:
        if target_port in results:
            return results[target_port]
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    monkeypatch.setattr(target_group_module, "probe", probe)
    return results


async def await_states(group: TargetGroup, **states: int) -> None:
    """Wait until so many targets are in each state."""
    async with asyncio.timeout(5):
        while any(group.count(State(name)) != count for name, count in states.items()):
            await asyncio.sleep(0)


async def test_without_checks_health_is_unavailable_and_targets_are_used(aws: FakeAws) -> None:
    async with group_of(aws, UNCHECKED) as group:
        register(aws, 1)
        await group.refresh()

        assert [str(health.state) for health in group.health().values()] == ["unavailable"]
        assert group.pick() == TargetAddress(LOOPBACK, 1)


async def test_a_deregistered_target_drains_and_is_not_picked(
    aws: FakeAws, probed: dict[int, Health]
) -> None:
    probed |= {1: HEALTHY, 2: HEALTHY}
    async with group_of(aws) as group:
        register(aws, 1, 2)
        await group.refresh()
        await await_states(group, healthy=2)
        register(aws, 2)
        await group.refresh()

        states = {address.port: str(h.state) for address, h in group.health().items()}
        assert states == {2: "healthy", 1: "draining"}
        assert {group.pick() for _ in range(3)} == {TargetAddress(LOOPBACK, 2)}
        assert TargetAddress(LOOPBACK, 1) not in group.registered


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


async def test_a_deleted_group_has_no_targets(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        aws.responses["DescribeTargetHealth"] = elb_error(
            "DescribeTargetHealth", "TargetGroupNotFound"
        )
        await group.refresh()

        assert group.pick() is None


async def test_if_all_targets_are_unhealthy_all_are_picked(
    aws: FakeAws, probed: dict[int, Health]
) -> None:
    probed |= dict.fromkeys((1, 2), Health(State.UNHEALTHY))
    async with group_of(aws) as group:
        register(aws, 1, 2)
        await group.refresh()
        await await_states(group, unhealthy=2)

        assert {group.pick() for _ in range(2)} == {
            TargetAddress(LOOPBACK, 1),
            TargetAddress(LOOPBACK, 2),
        }


async def test_a_target_in_the_state_initial_is_not_picked(
    aws: FakeAws, probed: dict[int, Health]
) -> None:
    async with group_of(aws) as group:
        register(aws, 1)
        await group.refresh()
        assert group.pick() is None

        probed[2] = HEALTHY
        register(aws, 1, 2)
        await group.refresh()
        await await_states(group, initial=1, healthy=1)

        assert {group.pick() for _ in range(3)} == {TargetAddress(LOOPBACK, 2)}


async def test_targets_become_healthy_one_after_the_other(
    aws: FakeAws, probed: dict[int, Health]
) -> None:
    probed |= {1: HEALTHY, 2: HEALTHY}
    async with group_of(aws, initial_seconds=0.25) as group:
        register(aws, 1, 2)
        await group.refresh()
        await asyncio.sleep(0)
        assert group.count(State.INITIAL) == 2

        await await_states(group, initial=1, healthy=1)
        await await_states(group, healthy=2)


async def test_only_the_requested_targets_are_described(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        register(aws, 1, 2)
        await group.refresh()

        by_port = group.describe([{"Id": LOOPBACK, "Port": 2}])
        by_address = group.describe([{"Id": LOOPBACK}])
        unknown = group.describe([{"Id": "10.0.0.1"}])

    assert [each["Target"]["Port"] for each in by_port] == [2]
    assert [each["Target"]["Port"] for each in by_address] == [1, 2]
    assert [each["TargetHealth"]["Reason"] for each in unknown] == ["Target.NotRegistered"]
