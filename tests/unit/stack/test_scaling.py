from typing import Any

from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template

CONFIGURATION = "target_tracking_scaling_policy_configuration"


def policy(template: Template, kind: str) -> dict[str, Any]:
    found = template.resource("aws_appautoscaling_policy", name=f"catalog-{kind}-{SUFFIX}")
    assert found["policy_type"] == "TargetTrackingScaling"
    return dict(found[CONFIGURATION])


def test_the_service_scales_between_two_and_ten_tasks(template: Template) -> None:
    target = template.resource("aws_appautoscaling_target")
    cluster = template.resource("aws_ecs_cluster").ref("name")
    service = template.resource("aws_ecs_service").ref("name")
    assert target.attributes == {
        "service_namespace": "ecs",
        "scalable_dimension": "ecs:service:DesiredCount",
        "resource_id": f"service/{cluster}/{service}",
        "min_capacity": 2,
        "max_capacity": 10,
    }


def test_bounds_and_targets_can_change(varied: Template) -> None:
    target = varied.resource("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (1, 4)
    assert policy(varied, "cpu")["target_value"] == 40
    assert policy(varied, "requests")["target_value"] == 200


def test_cpu_utilization_is_kept_at_its_target(template: Template) -> None:
    cpu = policy(template, "cpu")
    assert cpu["target_value"] == 60
    assert cpu["predefined_metric_specification"] == {
        "predefined_metric_type": "ECSServiceAverageCPUUtilization"
    }


def test_requests_per_task_are_kept_at_their_target(template: Template) -> None:
    balancer = template.resource("aws_lb").ref("arn_suffix")
    group = template.resource("aws_lb_target_group").ref("arn_suffix")
    requests = policy(template, "requests")
    assert requests["target_value"] == 1000
    assert requests["predefined_metric_specification"] == {
        "predefined_metric_type": "ALBRequestCountPerTarget",
        "resource_label": f"{balancer}/{group}",
    }


def test_policies_belong_to_the_target(template: Template) -> None:
    target = template.resource("aws_appautoscaling_target")
    for one in template.resources("aws_appautoscaling_policy"):
        assert one["resource_id"] == target.ref("resource_id")
        assert one["service_namespace"] == target.ref("service_namespace")
        assert one["scalable_dimension"] == target.ref("scalable_dimension")


def test_tasks_are_added_sooner_than_removed(template: Template) -> None:
    for kind in ("cpu", "requests"):
        cooldowns = policy(template, kind)
        assert cooldowns["scale_out_cooldown"] < cooldowns["scale_in_cooldown"]
