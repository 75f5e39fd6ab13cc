import asyncio
from collections import Counter

import pytest

from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.metrics import metric_data
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving
from tests.unit.harness.emulator.gateway.alb.sample_target_group import group_of, register
from tests.unit.harness.emulator.gateway.alb.test_metrics import BALANCER, FULL, by_name
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

pytestmark = pytest.mark.anyio


async def test_traffic_and_hosts_are_published_per_group_and_balancer(aws: FakeAws) -> None:
    async with serving(Target("a")) as one, serving(Target("b")) as two, group_of(aws) as group:
        register(aws, one.port, two.port)
        await group.refresh()
        async with asyncio.timeout(10):
            while group.count(State.HEALTHY) != 2:
                await asyncio.sleep(0.001)

        published = by_name(list(metric_data(group, Counter({"2xx": 5, "5xx": 1, "elb-502": 2}))))

    assert published["HealthyHostCount", *FULL] == 2
    assert published["UnHealthyHostCount", *FULL] == 0
    assert published["RequestCount", *FULL] == 6
    assert published["RequestCountPerTarget", *FULL] == 3
    assert published["HTTPCode_Target_5XX_Count", *FULL] == 1
    assert published["RequestCount", *BALANCER] == 8
    assert published["HTTPCode_ELB_5XX_Count", *BALANCER] == 2
    assert published["HTTPCode_ELB_502_Count", *BALANCER] == 2
