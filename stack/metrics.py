"""The metrics of the stack that have an alarm; ``metrics.toml`` has the thresholds."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stack.database import Database
from stack.load_balancer import LoadBalancer
from stack.network import Network
from stack.service import Service
from stack.tiers import Tier


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric and the threshold of its alarm.

    Attributes:
        kind: Short name, part of the alarm's name.
        title: Description of the alarm.
        namespace: CloudWatch namespace.
        name: CloudWatch metric.
        statistic: Statistic over one period.
        threshold: Largest value without an alarm.
        periods: Evaluation periods: consecutive periods above the threshold.
        dimensions: Dimensions of the metric.
    """

    kind: str
    title: str
    namespace: str
    name: str
    statistic: str
    threshold: float
    periods: int
    dimensions: Mapping[str, str]


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _metrics(tier: Tier, **dimensions: str) -> list[Metric]:
    """Return the metrics of a tier, with the values of their dimensions."""
    return [
        Metric(**{**row, "dimensions": {name: dimensions[name] for name in row["dimensions"]}})
        for row in _TABLE[tier]
    ]


def network_metrics(network: Network) -> list[Metric]:
    """Return the metrics of the NAT gateways: port allocation errors."""
    return [
        replace(metric, kind=f"{metric.kind}-{index}")
        for index, gateway in enumerate(network.nat_gateway_ids)
        for metric in _metrics(Tier.NETWORK, NatGatewayId=gateway)
    ]


def load_balancer_metrics(load_balancer: LoadBalancer) -> list[Metric]:
    """Return the metrics of the load balancer: errors and unhealthy targets."""
    return _metrics(
        Tier.LOAD_BALANCER,
        LoadBalancer=load_balancer.arn_suffix,
        TargetGroup=load_balancer.target_group_arn_suffix,
    )


def service_metrics(service: Service) -> list[Metric]:
    """Return the metrics of the tasks: CPU utilization."""
    return _metrics(
        Tier.SERVICE, ClusterName=service.cluster_name, ServiceName=service.service_name
    )


def database_metrics(database: Database) -> list[Metric]:
    """Return the metrics of the database: CPU and capacity utilization."""
    return _metrics(Tier.DATABASE, DBClusterIdentifier=database.cluster_identifier)
