import json
from typing import Any

import pytest

from stack.config import StackConfig
from stack.fields import StackFields
from stack.metrics import alarm_count
from stack.tiers import Tier
from tests.unit.stack.conftest import SUFFIX, Synth
from tests.unit.stack.template import Resource, Template

# Kind -> namespace, metric, statistic, threshold, evaluation periods.
ALARMS = {
    "nat-ports-0": ("AWS/NATGateway", "ErrorPortAllocation", "Sum", 0, 3),
    "alb-5xx": ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", 5, 2),
    "target-5xx": ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", 5, 2),
    "unhealthy-hosts": ("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", 0, 3),
    "service-cpu": ("AWS/ECS", "CPUUtilization", "Average", 85, 5),
    "database-cpu": ("AWS/RDS", "CPUUtilization", "Average", 85, 5),
    "database-capacity": ("AWS/RDS", "ACUUtilization", "Average", 90, 5),
}
ARGUMENTS = ("namespace", "metric_name", "statistic", "threshold", "evaluation_periods")


def alarm(template: Template, kind: str) -> Resource:
    return template.resource("aws_cloudwatch_metric_alarm", alarm_name=f"catalog-{kind}-{SUFFIX}")


def widgets(template: Template) -> list[dict[str, Any]]:
    dashboard = template.resource("aws_cloudwatch_dashboard", dashboard_name=f"catalog-{SUFFIX}")
    return list(json.loads(dashboard["dashboard_body"])["widgets"])


@pytest.mark.parametrize("kind", ALARMS)
def test_an_alarm_has_its_metric(template: Template, kind: str) -> None:
    found = alarm(template, kind)
    assert tuple(found[argument] for argument in ARGUMENTS) == ALARMS[kind]
    assert found["period"] == 60
    assert found["comparison_operator"] == "GreaterThanThreshold"
    assert found["alarm_description"]


def test_there_are_no_other_alarms(template: Template) -> None:
    assert len(template.resources("aws_cloudwatch_metric_alarm")) == len(ALARMS)


@pytest.mark.parametrize("gateways", [1, 3])
def test_the_count_of_alarms_includes_those_of_target_tracking(synth: Synth, gateways: int) -> None:
    found = synth(nat_gateway_count=gateways)
    config = StackConfig(environment_suffix=SUFFIX, nat_gateway_count=gateways)

    tracked = 2 * len(found.resources("aws_appautoscaling_policy"))
    assert alarm_count(config) == tracked + len(found.resources("aws_cloudwatch_metric_alarm"))


@pytest.mark.parametrize(
    ("tiers", "expected"), [({"network"}, 0), ({"network", "monitoring"}, 1), (set(), 0)]
)
def test_only_the_alarms_of_deployed_tiers_are_counted(tiers: set[str], expected: int) -> None:
    fields = StackFields(environment_suffix=SUFFIX, tiers=frozenset(tiers))

    assert alarm_count(fields) == expected


def test_a_stack_without_traffic_is_not_alarming(template: Template) -> None:
    for found in template.resources("aws_cloudwatch_metric_alarm"):
        assert found["treat_missing_data"] == "notBreaching"


def test_alarms_have_the_dimensions_of_this_stack_only(template: Template) -> None:
    balancer = template.resource("aws_lb").ref("arn_suffix")
    group = template.resource("aws_lb_target_group").ref("arn_suffix")
    cluster = template.resource("aws_ecs_cluster").ref("name")
    service = template.resource("aws_ecs_service").ref("name")
    database = template.resource("aws_rds_cluster").ref("cluster_identifier")
    targets = {"LoadBalancer": balancer, "TargetGroup": group}
    gateway = template.resource("aws_nat_gateway").ref("id")
    assert alarm(template, "nat-ports-0")["dimensions"] == {"NatGatewayId": gateway}
    assert alarm(template, "alb-5xx")["dimensions"] == {"LoadBalancer": balancer}
    assert alarm(template, "target-5xx")["dimensions"] == targets
    assert alarm(template, "unhealthy-hosts")["dimensions"] == targets
    assert alarm(template, "service-cpu")["dimensions"] == {
        "ClusterName": cluster,
        "ServiceName": service,
    }
    for kind in ("database-cpu", "database-capacity"):
        assert alarm(template, kind)["dimensions"] == {"DBClusterIdentifier": database}


def test_the_dashboard_shows_the_metrics_of_the_alarms(template: Template) -> None:
    shown = [tuple(one["properties"]["metrics"][0][:2]) for one in widgets(template)]
    assert shown == [values[:2] for values in ALARMS.values()]
    assert {one["properties"]["region"] for one in widgets(template)} == {"eu-north-1"}
    assert [one["properties"]["stat"] for one in widgets(template)] == [
        values[2] for values in ALARMS.values()
    ]


def test_a_widget_shows_the_metric_of_this_stack(template: Template) -> None:
    (metric,) = widgets(template)[0]["properties"]["metrics"]
    gateway = template.resource("aws_nat_gateway").ref("id")
    assert metric[2:] == ["NatGatewayId", gateway]


def test_widgets_lie_beside_one_another(template: Template) -> None:
    places = [(one["x"], one["y"]) for one in widgets(template)]
    assert places == [(0, 0), (12, 0), (0, 6), (12, 6), (0, 12), (12, 12), (0, 18)]
    assert {(one["type"], one["width"], one["height"]) for one in widgets(template)} == {
        ("metric", 12, 6)
    }


def test_every_nat_gateway_has_an_alarm(varied: Template) -> None:
    watched = [
        one["dimensions"]["NatGatewayId"]
        for one in varied.resources("aws_cloudwatch_metric_alarm")
        if one["namespace"] == "AWS/NATGateway"
    ]
    assert sorted(watched) == sorted(one.ref("id") for one in varied.resources("aws_nat_gateway"))
    assert len(watched) == 3


def test_tiers_that_are_not_deployed_have_no_alarms(synth: Synth) -> None:
    few = synth(tiers=frozenset({Tier.NETWORK, Tier.MONITORING}))
    (only,) = few.resources("aws_cloudwatch_metric_alarm")
    assert only["alarm_name"] == f"catalog-nat-ports-0-{SUFFIX}"
    assert [one["properties"]["title"] for one in widgets(few)] == [only["alarm_description"]]
