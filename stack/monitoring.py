"""CloudWatch alarms, and a dashboard of the same metrics."""

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

from .bindings import cloudwatch_dashboard, cloudwatch_metric_alarm
from .metrics import Metric
from .part import ConfiguredStack, Part

PERIOD_SECONDS = 60
WIDGET_WIDTH = 12
WIDGET_HEIGHT = 6
DASHBOARD_COLUMNS = 2


class Monitoring(Part):
    """One alarm for each metric, and one dashboard with all of them."""

    def __init__(self, stack: ConfiguredStack, metrics: Sequence[Metric]) -> None:
        super().__init__(stack, "monitoring")
        config = stack.config
        dashboard = cloudwatch_dashboard.CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=config.dashboard_name,
            dashboard_body=json.dumps({"widgets": _widgets(metrics, config.region)}),
        )
        self._declare(
            alarm_names=[self._alarm(config.alarm_name(each.kind), each) for each in metrics],
            dashboard_name=dashboard.dashboard_name,
        )

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


def _widgets(metrics: Sequence[Metric], region: str) -> list[dict[str, Any]]:
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
                "metrics": [[metric.namespace, metric.name, *chain(*metric.dimensions.items())]],
            },
        }
        for index, metric in enumerate(metrics)
    ]
