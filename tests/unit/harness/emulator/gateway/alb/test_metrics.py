import asyncio
from collections import Counter
from typing import Any

import pytest

from harness.emulator.gateway.alb.group import TargetGroup
from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.metrics import MetricsPublisher, metric_data
from harness.emulator.gateway.alb.registry import Directory
from harness.emulator.gateway.environment import Pace
from tests.unit.harness.emulator.gateway.alb.target_groups import UNUSED, group_of, register
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

pytestmark = pytest.mark.anyio

FULL = (("LoadBalancer", "app/lb/1"), ("TargetGroup", "targetgroup/tg/2"))
BALANCER = (("LoadBalancer", "app/lb/1"),)


class Groups(Directory):
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
    return MetricsPublisher(aws.api, Groups(group), Pace(0.0, shortest=0.001))


async def test_traffic_and_hosts_are_told_per_group_and_balancer(aws: FakeAws) -> None:
    async with serving(Target("a")) as one, serving(Target("b")) as two, group_of(aws) as group:
        register(aws, one.port, two.port)
        await group.refresh()
        async with asyncio.timeout(10):
            while group.count(State.HEALTHY) != 2:
                await asyncio.sleep(0.001)

        told = by_name(list(metric_data(group, Counter({"2xx": 5, "5xx": 1, "elb-502": 2}))))

    assert told["HealthyHostCount", *FULL] == 2
    assert told["UnHealthyHostCount", *FULL] == 0
    assert told["RequestCount", *FULL] == 6
    assert told["RequestCountPerTarget", *FULL] == 3
    assert told["HTTPCode_Target_5XX_Count", *FULL] == 1
    assert told["RequestCount", *BALANCER] == 8
    assert told["HTTPCode_ELB_5XX_Count", *BALANCER] == 2
    assert told["HTTPCode_ELB_502_Count", *BALANCER] == 2


async def test_only_what_is_new_is_published(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        publishing = publisher(aws, group)
        group.responses["2xx"] = 3
        await publishing.publish(group)
        group.responses["2xx"] = 4
        await publishing.publish(group)

    first, second = (by_name(each["MetricData"]) for each in aws.parameters("PutMetricData"))
    assert (first["RequestCount", *FULL], second["RequestCount", *FULL]) == (3, 1)


async def test_a_quiet_group_is_published_for_a_while(aws: FakeAws) -> None:
    async with group_of(aws) as group:
        publishing = publisher(aws, group)
        for _ in range(100):
            await publishing.publish(group)
        quiet = len(aws.calls)
        group.responses["2xx"] += 1
        await publishing.publish(group)

    assert 1 < quiet < 100
    assert len(aws.calls) == quiet + 1


async def test_a_group_that_nobody_uses_is_not_published(aws: FakeAws) -> None:
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
