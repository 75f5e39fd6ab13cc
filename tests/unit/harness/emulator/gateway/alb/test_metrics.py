import asyncio
from typing import Any

import pytest

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.alb.metrics import MetricsPublisher
from harness.emulator.gateway.alb.target_group import TargetGroup
from harness.emulator.gateway.background import TimeScale
from tests.unit.harness.emulator.gateway.alb.sample_target_group import UNUSED, group_of
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

pytestmark = pytest.mark.anyio
FULL = (("LoadBalancer", "app/lb/1"), ("TargetGroup", "targetgroup/tg/2"))
BALANCER = (("LoadBalancer", "app/lb/1"),)


class Groups(AlbRegistry):
    def __init__(self, *groups: TargetGroup) -> None:
        self._groups = groups

    def groups(self) -> tuple[TargetGroup, ...]:
        return self._groups


def by_name(data: list[dict[str, Any]]) -> dict[tuple[Any, ...], float]:
    return {
        (each["MetricName"], *((d["Name"], d["Value"]) for d in each["Dimensions"])): each["Value"]
        for each in data
    }


def publisher(aws: FakeAws, group: TargetGroup) -> MetricsPublisher:
    return MetricsPublisher(aws.api, Groups(group), TimeScale(0.0, shortest=0.001))


async def test_only_new_requests_are_published(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        publishing = publisher(aws, group)
        group.responses["2xx"] = 3
        await publishing.publish(group)
        group.responses["2xx"] = 4
        await publishing.publish(group)

    first, second = (by_name(each["MetricData"]) for each in aws.parameters("PutMetricData"))
    assert (first["RequestCount", *FULL], second["RequestCount", *FULL]) == (3, 1)


async def test_an_idle_group_is_published_for_some_periods(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        publishing = publisher(aws, group)
        for _ in range(100):
            await publishing.publish(group)
        quiet = len(aws.calls)
        group.responses["2xx"] += 1
        await publishing.publish(group)

    assert 1 < quiet < 100
    assert len(aws.calls) == quiet + 1


async def test_an_unused_group_is_not_published(aws: FakeAws) -> None:
    async with group_of(aws, UNUSED) as group:
        await publisher(aws, group).publish(group)

    assert aws.calls == []


async def test_it_publishes_until_it_is_stopped(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        publishing = publisher(aws, group)
        await publishing.stop()
        await publishing.start()
        async with asyncio.timeout(10):
            while len(aws.calls) < 2:
                await asyncio.sleep(0.001)
        await publishing.stop()
        published = len(aws.calls)
        await asyncio.sleep(0.005)

    assert len(aws.calls) == published
