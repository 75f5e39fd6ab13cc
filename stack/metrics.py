"""The metrics of the stack that have an alarm, with their thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from stack.database import Database
from stack.load_balancer import LoadBalancer
from stack.network import Network
from stack.service import Service


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


_load_balancer = partial(Metric, namespace="AWS/ApplicationELB")
_utilization = partial(Metric, statistic="Average", periods=5)


def network_metrics(network: Network) -> list[Metric]:
    """Return the metrics of NAT gateways: port allocation errors.

    https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
    """
    return [
        Metric(
            kind=f"nat-ports-{index}",
            title="A NAT gateway has no port left for another connection",
            namespace="AWS/NATGateway",
            name="ErrorPortAllocation",
            statistic="Sum",
            threshold=0,
            periods=3,
            dimensions={"NatGatewayId": gateway},
        )
        for index, gateway in enumerate(network.nat_gateway_ids)
    ]


def load_balancer_metrics(load_balancer: LoadBalancer) -> list[Metric]:
    """Return the metrics of the load balancer: errors and unhealthy targets.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    whole = {"LoadBalancer": load_balancer.arn_suffix}
    targets = {**whole, "TargetGroup": load_balancer.target_group_arn_suffix}
    errors = partial(_load_balancer, statistic="Sum", threshold=5, periods=2)
    return [
        errors(
            kind="alb-5xx",
            title="The load balancer itself answers with errors",
            name="HTTPCode_ELB_5XX_Count",
            dimensions=whole,
        ),
        errors(
            kind="target-5xx",
            title="The API answers with errors",
            name="HTTPCode_Target_5XX_Count",
            dimensions=targets,
        ),
        _load_balancer(
            kind="unhealthy-hosts",
            title="Tasks fail the load balancer's health check",
            name="UnHealthyHostCount",
            statistic="Maximum",
            threshold=0,
            periods=3,
            dimensions=targets,
        ),
    ]


def service_metrics(service: Service) -> list[Metric]:
    """Return the metrics of the tasks: CPU utilization.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    """
    dimensions = {"ClusterName": service.cluster_name, "ServiceName": service.service_name}
    return [
        _utilization(
            kind="service-cpu",
            title="The tasks run out of CPU (percent)",
            namespace="AWS/ECS",
            name="CPUUtilization",
            threshold=85,
            dimensions=dimensions,
        ),
    ]


def database_metrics(database: Database) -> list[Metric]:
    """Return the metrics of the database: CPU and capacity utilization.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    """
    dimensions = {"DBClusterIdentifier": database.cluster_identifier}
    return [
        _utilization(
            kind="database-cpu",
            title="The database runs out of CPU (percent)",
            namespace="AWS/RDS",
            name="CPUUtilization",
            threshold=85,
            dimensions=dimensions,
        ),
        _utilization(
            kind="database-capacity",
            title="The database is near its largest size (percent)",
            namespace="AWS/RDS",
            name="ACUUtilization",
            threshold=90,
            dimensions=dimensions,
        ),
    ]
