"""A target group over a fake API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from harness.emulator.gateway.alb.target import TargetGroupConfig
from harness.emulator.gateway.alb.target_group import TargetGroup
from harness.emulator.gateway.background import TimeScale
from tests.unit.harness.emulator.gateway.alb.test_health import check
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws

LOOPBACK = "127.0.0.1"
BALANCER = "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/lb/1"
ARN = "arn:aws:elasticloadbalancing:eu-north-1:111122223333:targetgroup/tg/2"
USED = TargetGroupConfig(
    check=check(), load_balancers=(BALANCER,), draining_seconds=1000.0, idle_seconds=5.0
)
UNUSED = replace(USED, load_balancers=())
UNCHECKED = replace(USED, check=check(HealthCheckEnabled=False))


def register(aws: FakeAws, *ports: int) -> None:
    targets = [{"Target": {"Id": LOOPBACK, "Port": port}} for port in ports]
    aws.responses["DescribeTargetHealth"] = {"TargetHealthDescriptions": targets}


@asynccontextmanager
async def group_of(
    aws: FakeAws,
    configuration: TargetGroupConfig = USED,
    *,
    time_scale: float = 0.05,
    initial_seconds: float = 0.0,
) -> AsyncIterator[TargetGroup]:
    group = TargetGroup(
        ARN,
        CALLER,
        aws.api,
        TimeScale(time_scale, shortest=0.001),
        configuration,
        initial_seconds=initial_seconds,
    )
    try:
        yield group
    finally:
        group.close()
