import json
from typing import Any

import pytest

from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template


def container(template: Template) -> dict[str, Any]:
    definition = template.resource("aws_ecs_task_definition")
    (only,) = json.loads(definition["container_definitions"])
    return dict(only)


def test_the_cluster_has_fargate_and_fargate_spot(template: Template) -> None:
    cluster = template.resource("aws_ecs_cluster", name=f"catalog-{SUFFIX}")
    providers = template.resource("aws_ecs_cluster_capacity_providers")
    assert providers["cluster_name"] == cluster.ref("name")
    assert sorted(providers["capacity_providers"]) == ["FARGATE", "FARGATE_SPOT"]


def test_tasks_fit_fargate(template: Template) -> None:
    task = template.resource("aws_ecs_task_definition", family=f"catalog-api-{SUFFIX}")
    assert task["requires_compatibilities"] == ["FARGATE"]
    assert task["network_mode"] == "awsvpc"
    assert (task["cpu"], task["memory"]) == ("256", "512")
    assert task["runtime_platform"] == {
        "operating_system_family": "LINUX",
        "cpu_architecture": "X86_64",
    }


def test_tasks_have_their_roles(template: Template) -> None:
    task = template.resource("aws_ecs_task_definition")
    execution = template.resource("aws_iam_role", name=f"catalog-execution-{SUFFIX}")
    own = template.resource("aws_iam_role", name=f"catalog-task-{SUFFIX}")
    assert task["execution_role_arn"] == execution.ref("arn")
    assert task["task_role_arn"] == own.ref("arn")


def test_the_container_runs_the_image_on_its_port(varied: Template) -> None:
    api = container(varied)
    assert (api["name"], api["image"]) == ("api", "registry.example/api:2")
    assert api["portMappings"] == [{"containerPort": 9000, "hostPort": 9000, "protocol": "tcp"}]
    assert {"name": "PORT", "value": "9000"} in api["environment"]


def test_credentials_are_read_from_the_secret_only(template: Template) -> None:
    api = container(template)
    arn = template.resource("aws_secretsmanager_secret").ref("arn")
    assert {entry["name"]: entry["valueFrom"] for entry in api["secrets"]} == {
        "DB_USERNAME": f"{arn}:username::",
        "DB_PASSWORD": f"{arn}:password::",
        "DB_HOST": f"{arn}:host::",
        "DB_PORT": f"{arn}:port::",
        "DB_NAME": f"{arn}:dbname::",
    }
    assert {entry["name"]: entry["value"] for entry in api["environment"]} == {
        "CATALOG_REGION": "eu-north-1",
        "ENVIRONMENT_SUFFIX": SUFFIX,
        "LOG_LEVEL": "INFO",
        "PORT": "8080",
    }


def test_the_container_checks_its_own_health(template: Template) -> None:
    assert container(template)["healthCheck"] == {
        "command": ["CMD", "python", "-m", "stack.api.healthcheck"],
        "interval": 10,
        "timeout": 5,
        "retries": 3,
        "startPeriod": 15,
    }


def test_the_container_cannot_change_its_image_and_has_time_to_stop(template: Template) -> None:
    api = container(template)
    assert api["essential"] is True
    assert api["readonlyRootFilesystem"] is True
    assert api["stopTimeout"] == 30


def test_the_container_logs_to_the_log_group(template: Template) -> None:
    group = template.resource("aws_cloudwatch_log_group")
    assert container(template)["logConfiguration"] == {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": group.ref("name"),
            "awslogs-region": "eu-north-1",
            "awslogs-stream-prefix": "api",
        },
    }


def test_tasks_run_in_private_subnets_without_public_addresses(template: Template) -> None:
    group = template.resource("aws_security_group", name=f"catalog-service-{SUFFIX}")
    assert template.resource("aws_ecs_service")["network_configuration"] == {
        "subnets": template.outputs["private_subnet_ids"],
        "security_groups": [group.ref("id")],
        "assign_public_ip": False,
    }


def test_tasks_are_spread_over_the_zones(template: Template) -> None:
    assert template.resource("aws_ecs_service")["availability_zone_rebalancing"] == "ENABLED"


def test_a_deployment_that_fails_is_rolled_back(template: Template) -> None:
    service = template.resource("aws_ecs_service", name=f"catalog-api-{SUFFIX}")
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert service["deployment_minimum_healthy_percent"] == 100
    assert service["deployment_maximum_percent"] == 200
    assert service["health_check_grace_period_seconds"] == 60


def test_the_number_of_tasks_is_left_to_auto_scaling(varied: Template) -> None:
    service = varied.resource("aws_ecs_service")
    assert service["desired_count"] == 3
    assert service["lifecycle"] == {"ignore_changes": ["desired_count"]}


def test_the_service_is_behind_the_target_group(template: Template) -> None:
    service = template.resource("aws_ecs_service")
    group = template.resource("aws_lb_target_group").ref("arn")
    assert service["load_balancer"] == [
        {"target_group_arn": group, "container_name": "api", "container_port": 8080}
    ]
    assert service["cluster"] == template.resource("aws_ecs_cluster").ref("arn")
    task = template.resource("aws_ecs_task_definition")
    assert service["task_definition"] == task.ref("arn")


@pytest.mark.parametrize(
    "kind",
    [
        "aws_ecs_cluster_capacity_providers",
        "aws_lb_listener",
        "aws_iam_role_policy",
        "aws_secretsmanager_secret_version",
        "aws_rds_cluster_instance",
    ],
)
def test_the_service_depends_on_the_requirements_of_its_tasks(
    template: Template, kind: str
) -> None:
    waits_for = template.resource("aws_ecs_service")["depends_on"]
    assert template.resource(kind).address in waits_for


def test_the_service_depends_on_the_routes_of_its_subnets(varied: Template) -> None:
    waits_for = varied.resource("aws_ecs_service")["depends_on"]
    routes = [one for one in varied.resources("aws_route") if "nat_gateway_id" in one.attributes]
    assert len(routes) == 3
    assert {one.address for one in routes} <= set(waits_for)


def test_terraform_waits_for_the_service(template: Template) -> None:
    assert template.resource("aws_ecs_service")["wait_for_steady_state"] is True


def test_terraform_waits_for_the_service_only_if_configured_and_until_the_timeout(
    varied: Template,
) -> None:
    service = varied.resource("aws_ecs_service")
    assert service["wait_for_steady_state"] is False
    assert service["timeouts"] == {"create": "120s", "update": "120s", "delete": "120s"}


def test_tasks_carry_the_tags_of_the_service(template: Template) -> None:
    service = template.resource("aws_ecs_service")
    assert service["propagate_tags"] == "SERVICE"
    assert service["enable_ecs_managed_tags"] is True
