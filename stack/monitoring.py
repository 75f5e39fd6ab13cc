"""Alarms on what a user or an operator would notice, and a dashboard of the same metrics."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stack.bindings import Construct, cloudwatch_dashboard, cloudwatch_metric_alarm
from stack.config import StackConfig
from stack.database import Database
from stack.load_balancer import LoadBalancer
from stack.service import Service

__all__ = ["Monitoring"]

PERIOD_SECONDS = 60
WIDGET_WIDTH = 12
WIDGET_HEIGHT = 6
DASHBOARD_COLUMNS = 2


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric, and from which value on it is alarming.

    Attributes:
        kind: Short name, part of the alarm's name.
        title: What the value means.
        namespace: CloudWatch namespace.
        name: CloudWatch metric.
        statistic: How the values of one period are put together.
        threshold: Largest value that is still right.
        periods: How many periods in a row it has to be larger.
        dimensions: Whose metric.
    """

    kind: str
    title: str
    namespace: str
    name: str
    statistic: str
    threshold: float
    periods: int
    dimensions: Mapping[str, str]


class Monitoring(Construct):
    """One alarm for each metric, and one dashboard with all of them.

    Attributes:
        alarm_names: Names of the alarms.
        dashboard_name: Name of the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StackConfig,
        load_balancer: LoadBalancer,
        service: Service,
        database: Database,
    ) -> None:
        super().__init__(scope, id_)
        metrics = [
            *_load_balancer_metrics(load_balancer),
            *_service_metrics(service),
            *_database_metrics(database),
        ]
        self.alarm_names = [
            self._alarm(config.alarm_name(metric.kind), metric) for metric in metrics
        ]
        self.dashboard_name = cloudwatch_dashboard.CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=config.dashboard_name,
            dashboard_body=json.dumps({"widgets": _widgets(metrics, config.region)}),
        ).dashboard_name

    def _alarm(self, name: str, metric: Metric) -> str:
        return cloudwatch_metric_alarm.CloudwatchMetricAlarm(
            self,
            metric.kind.replace("-", "_"),
            alarm_name=name,
            alarm_description=metric.title,
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.dimensions,
            statistic=metric.statistic,
            period=PERIOD_SECONDS,
            evaluation_periods=metric.periods,
            comparison_operator="GreaterThanThreshold",
            threshold=metric.threshold,
            treat_missing_data="notBreaching",
        ).alarm_name


def _load_balancer_metrics(load_balancer: LoadBalancer) -> list[Metric]:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    whole = {"LoadBalancer": load_balancer.arn_suffix}
    targets = {**whole, "TargetGroup": load_balancer.target_group_arn_suffix}
    namespace = "AWS/ApplicationELB"
    return [
        Metric(
            kind="alb-5xx",
            title="The load balancer itself answers with errors",
            namespace=namespace,
            name="HTTPCode_ELB_5XX_Count",
            statistic="Sum",
            threshold=5,
            periods=2,
            dimensions=whole,
        ),
        Metric(
            kind="target-5xx",
            title="The API answers with errors",
            namespace=namespace,
            name="HTTPCode_Target_5XX_Count",
            statistic="Sum",
            threshold=5,
            periods=2,
            dimensions=targets,
        ),
        Metric(
            kind="unhealthy-hosts",
            title="Tasks fail the load balancer's health check",
            namespace=namespace,
            name="UnHealthyHostCount",
            statistic="Maximum",
            threshold=0,
            periods=3,
            dimensions=targets,
        ),
    ]


def _service_metrics(service: Service) -> list[Metric]:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    dimensions = {"ClusterName": service.cluster_name, "ServiceName": service.service_name}
    return [
        Metric(
            kind="service-cpu",
            title="The tasks run out of CPU (percent)",
            namespace="AWS/ECS",
            name="CPUUtilization",
            statistic="Average",
            threshold=85,
            periods=5,
            dimensions=dimensions,
        ),
    ]


def _database_metrics(database: Database) -> list[Metric]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    dimensions = {"DBClusterIdentifier": database.cluster_identifier}
    return [
        Metric(
            kind="database-cpu",
            title="The database runs out of CPU (percent)",
            namespace="AWS/RDS",
            name="CPUUtilization",
            statistic="Average",
            threshold=85,
            periods=5,
            dimensions=dimensions,
        ),
        Metric(
            kind="database-capacity",
            title="The database is near its largest size (percent)",
            namespace="AWS/RDS",
            name="ACUUtilization",
            statistic="Average",
            threshold=90,
            periods=5,
            dimensions=dimensions,
        ),
    ]


def _widgets(metrics: list[Metric], region: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "metric",
            "x": index % DASHBOARD_COLUMNS * WIDGET_WIDTH,
            "y": index // DASHBOARD_COLUMNS * WIDGET_HEIGHT,
            "width": WIDGET_WIDTH,
            "height": WIDGET_HEIGHT,
            "properties": {
                "title": metric.title,
                "region": region,
                "stat": metric.statistic,
                "period": PERIOD_SECONDS,
                "metrics": [[metric.namespace, metric.name, *_pairs(metric.dimensions)]],
            },
        }
        for index, metric in enumerate(metrics)
    ]


def _pairs(dimensions: Mapping[str, str]) -> list[str]:
    return [word for pair in dimensions.items() for word in pair]
