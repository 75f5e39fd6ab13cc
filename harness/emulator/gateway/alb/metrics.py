"""Publishes CloudWatch metrics of load balancers: their traffic and targets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.alb.target_group import TargetGroup
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.background import BackgroundService, TimeScale

_NAMESPACE = "AWS/ApplicationELB"
_PERIOD_SECONDS = 60.0
# After so many periods without requests or changes, a group is no longer published.
_IDLE_PERIODS = 20
_TARGET_KINDS = ("2xx", "3xx", "4xx", "5xx")
_BALANCER_KINDS = ("elb-502", "elb-503", "elb-504")

Datum = dict[str, Any]


class MetricsPublisher(BackgroundService):
    """Publishes the metrics of every target group, once per scaled minute."""

    def __init__(self, aws: AwsApi, registry: AlbRegistry, time_scale: TimeScale) -> None:
        self._aws = aws
        self._registry = registry
        self._time_scale = time_scale
        self._published: dict[str, Counter[str]] = {}
        self._hosts: dict[str, tuple[int, int]] = {}
        self._idle: Counter[str] = Counter()

    async def _run(self) -> None:
        while True:
            for group in self._registry.groups():
                await self.publish(group)
            await asyncio.sleep(self._time_scale.seconds(_PERIOD_SECONDS))

    async def publish(self, group: TargetGroup) -> None:
        """Publish the requests of one group since the last time, and the state of its hosts."""
        counts = group.responses - self._published.get(group.arn, Counter())
        self._published[group.arn] = group.responses.copy()
        hosts = group.count(State.HEALTHY), group.count(State.UNHEALTHY)
        changed = self._hosts.get(group.arn) != hosts
        self._hosts[group.arn] = hosts
        self._idle[group.arn] = 0 if counts or changed else self._idle[group.arn] + 1
        if group.in_use and self._idle[group.arn] <= _IDLE_PERIODS:
            data = list(metric_data(group, counts))
            await self._aws.call(
                group.caller, "cloudwatch", "PutMetricData", Namespace=_NAMESPACE, MetricData=data
            )


def metric_data(group: TargetGroup, counts: Counter[str]) -> Iterable[Datum]:
    """Return the metrics of a group for every load balancer that uses it.

    The counts are those of targets (``2xx``...) and of the load balancer itself (``elb-502``...).
    """
    label = group.arn.rpartition(":")[2]
    for arn in group.configuration.load_balancers:
        balancer = {"LoadBalancer": arn.rpartition(":loadbalancer/")[2]}
        yield from _of_targets(group, counts, {**balancer, "TargetGroup": label})
        yield from _of_balancer(counts, balancer)


def _of_targets(
    group: TargetGroup, counts: Counter[str], dimensions: dict[str, str]
) -> Iterable[Datum]:
    healthy = group.count(State.HEALTHY)
    requests = sum(counts[kind] for kind in _TARGET_KINDS)
    values = {
        "HealthyHostCount": healthy,
        "UnHealthyHostCount": group.count(State.UNHEALTHY),
        "RequestCount": requests,
        "RequestCountPerTarget": requests / max(1, healthy),
    }
    values |= {f"HTTPCode_Target_{kind.upper()}_Count": counts[kind] for kind in _TARGET_KINDS}
    return [_datum(name, value, dimensions) for name, value in values.items()]


def _of_balancer(counts: Counter[str], dimensions: dict[str, str]) -> Iterable[Datum]:
    values = {kind.replace("elb-", "HTTPCode_ELB_"): counts[kind] for kind in _BALANCER_KINDS}
    values["HTTPCode_ELB_5XX"] = sum(values.values())
    yield _datum("RequestCount", counts.total(), dimensions)
    for name, value in values.items():
        yield _datum(f"{name}_Count", value, dimensions)


def _datum(name: str, value: float, dimensions: dict[str, str]) -> Datum:
    named = [{"Name": key, "Value": dimensions[key]} for key in dimensions]
    return {"MetricName": name, "Value": float(value), "Unit": "Count", "Dimensions": named}
