import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_aws import RefusalError
from tests.unit.harness.checks.fake_deployment import (
    CONFIGURED,
    GONE,
    PASSWORD,
    FakeDeployment,
    task_definition,
)

CONTAINER = ("ecs.DescribeTaskDefinition", "taskDefinition", "containerDefinitions", 0)


def _service(fake_deployment: FakeDeployment, **changes: Any) -> None:
    described = {**fake_deployment.service(), **changes}
    service = {key: value for key, value in described.items() if value is not GONE}
    fake_deployment.answers["ecs.DescribeServices"] = {"services": [service]}


@pytest.mark.parametrize(
    ("changes", "check", "observed"),
    [
        ({"desiredCount": 1}, "running-as-desired", "(1, 2, 0)"),
        ({"runningCount": 1}, "running-as-desired", "(2, 1, 0)"),
        ({"pendingCount": 1}, "running-as-desired", "(2, 2, 1)"),
        ({"launchType": "FARGATE"}, "configuration", "FARGATE"),
        ({"capacityProviderStrategy": []}, "configuration", "CapacityProvider"),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "base": 1}]},
            "configuration",
            "base",
        ),
        (
            {"deployments": [{"status": "PRIMARY", "rolloutState": "IN_PROGRESS"}]},
            "one-deployment",
            "IN_PROGRESS",
        ),
        (
            {
                "deployments": [
                    {"status": "PRIMARY", "rolloutState": "COMPLETED"},
                    {"status": "ACTIVE", "rolloutState": "COMPLETED"},
                ]
            },
            "one-deployment",
            "ACTIVE",
        ),
        ({"deploymentConfiguration": {}}, "configuration", "deployment"),
        (
            {
                "networkConfiguration": {
                    "awsvpcConfiguration": {
                        "subnets": ["subnet-prv-a", "subnet-prv-b", "subnet-prv-c"],
                        "securityGroups": ["sg-service"],
                        "assignPublicIp": "ENABLED",
                    }
                }
            },
            "configuration",
            "ENABLED",
        ),
        (
            {
                "networkConfiguration": {
                    "awsvpcConfiguration": {
                        "subnets": ["subnet-pub-a"],
                        "securityGroups": ["sg-service"],
                        "assignPublicIp": "DISABLED",
                    }
                }
            },
            "configuration",
            "subnet-pub-a",
        ),
    ],
)
def test_a_wrong_service_fails_its_check_alone(
    fake_deployment: FakeDeployment, changes: dict[str, Any], check: str, observed: str
) -> None:
    _service(fake_deployment, **changes)

    failures = fake_deployment.failures("ecs/*")

    assert list(failures) == [f"ecs/{check}"]
    assert observed in failures[f"ecs/{check}"]


@pytest.mark.parametrize("status", ["INACTIVE", "DRAINING"])
def test_a_service_that_is_not_active_fails(fake_deployment: FakeDeployment, status: str) -> None:
    _service(fake_deployment, status=status)

    assert (
        "one active service"
        in fake_deployment.failures("ecs/running-as-desired")["ecs/running-as-desired"]
    )


def test_a_cluster_without_spot_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change(
        "ecs.DescribeClusters", "clusters", 0, "capacityProviders", to=["FARGATE"]
    )

    assert list(fake_deployment.failures("ecs/*")) == ["ecs/cluster"]


def _task(fake_deployment: FakeDeployment, **changes: Any) -> None:
    first, second = (fake_deployment.task(name) for name in fake_deployment.tasks)
    fake_deployment.answers["ecs.DescribeTasks"] = {"tasks": [first, {**second, **changes}]}


@pytest.mark.parametrize(
    ("changes", "check", "observed"),
    [
        ({"capacityProviderName": "FARGATE"}, "on-fargate-spot", "'task-b': 'FARGATE'"),
        ({"taskDefinitionArn": "family:7"}, "one-deployment", "family:7"),
        (
            {"containers": [{"name": "api", "lastStatus": "STOPPED"}]},
            "containers-running",
            "STOPPED",
        ),
        ({"containers": []}, "containers-running", "'task-b': {}"),
    ],
)
def test_a_wrong_task_fails_its_check_alone(
    fake_deployment: FakeDeployment, changes: dict[str, Any], check: str, observed: str
) -> None:
    _task(fake_deployment, **changes)

    failures = fake_deployment.failures("ecs/*")

    assert list(failures) == [f"ecs/{check}"]
    assert observed in failures[f"ecs/{check}"]


def test_a_task_of_a_deployment_that_has_just_ended_may_still_stop(
    fake_deployment: FakeDeployment,
) -> None:
    tasks = [fake_deployment.task(name) for name in fake_deployment.tasks]
    old = iter([{**tasks[0], "taskDefinitionArn": "family:7"}])
    fake_deployment.answers["ecs.DescribeTasks"] = lambda _: {"tasks": [*old, *tasks]}

    assert fake_deployment.failures("ecs/one-deployment", patience=60.0) == {}
    assert next(old, None) is None


def test_a_stopping_task_is_not_a_running_task(fake_deployment: FakeDeployment) -> None:
    _task(fake_deployment, desiredStatus="STOPPED", capacityProviderName="FARGATE")

    assert fake_deployment.failures("ecs/on-fargate-spot") == {}


def test_without_tasks_their_checks_fail(fake_deployment: FakeDeployment) -> None:
    fake_deployment.tasks = {}

    failures = fake_deployment.failures("ecs/*")

    assert set(failures) == {
        "ecs/running-as-desired",
        "ecs/on-fargate-spot",
        "ecs/one-deployment",
        "ecs/containers-running",
        "ecs/logs-per-task",
    }


@pytest.mark.parametrize(
    ("path", "value", "check"),
    [
        (("image",), "nginx", "task-definition"),
        (("healthCheck",), {"command": []}, "task-definition"),
        (("portMappings", 0, "containerPort"), 80, "task-definition"),
        (("logConfiguration", "options", "awslogs-group"), "elsewhere", "task-definition"),
        (("secrets", 1), GONE, "task-definition"),
        (("secrets", 1, "valueFrom"), "another-secret", "task-definition"),
        (("environment", 0, "name"), "DB_PASSWORD_COPY", "task-definition"),
    ],
)
def test_a_wrong_container_fails_its_check_alone(
    fake_deployment: FakeDeployment, path: tuple[Any, ...], value: Any, check: str
) -> None:
    fake_deployment.change(*CONTAINER, *path, to=value)

    assert list(fake_deployment.failures("ecs/*")) == [f"ecs/{check}"]


@pytest.mark.parametrize("key", ["cpu", "memory", "networkMode", "executionRoleArn", "taskRoleArn"])
def test_a_wrong_task_definition_fails(fake_deployment: FakeDeployment, key: str) -> None:
    fake_deployment.change("ecs.DescribeTaskDefinition", "taskDefinition", key, to="bridge")

    assert list(fake_deployment.failures("ecs/*")) == ["ecs/task-definition"]


def test_a_second_container_fails(fake_deployment: FakeDeployment) -> None:
    containers = task_definition()["containerDefinitions"] * 2
    fake_deployment.change(
        "ecs.DescribeTaskDefinition", "taskDefinition", "containerDefinitions", to=containers
    )

    assert "is not configured" in fake_deployment.failures("ecs/*")["ecs/task-definition"]


def _no_stream(_: dict[str, Any]) -> dict[str, Any]:
    raise RefusalError("ResourceNotFoundException", "The specified log stream does not exist.")


@pytest.mark.parametrize(
    ("answer", "observed"),
    [
        ({"events": []}, "lines in /ecs/catalog-pr1-7f3a:api/api/task-a"),
        (_no_stream, "lines in /ecs/catalog-pr1-7f3a:api/api/task-a"),
        ({"events": [{"message": json.dumps({"task_id": "task-b"})}]}, "task-b"),
        ({"events": [{"message": "Traceback"}, {"message": "[1]"}]}, "set()"),
    ],
    ids=["no lines", "no stream", "another task's lines", "lines that name no task"],
)
def test_log_streams_must_hold_their_own_task_s_lines(
    fake_deployment: FakeDeployment, answer: Any, observed: str
) -> None:
    fake_deployment.answers["logs.GetLogEvents"] = answer

    failures = fake_deployment.failures("ecs/*")

    assert list(failures) == ["ecs/logs-per-task"]
    assert observed in failures["ecs/logs-per-task"]


def test_many_tasks_are_described_in_parts(fake_deployment: FakeDeployment) -> None:
    fake_deployment.tasks = {f"task-{index}": ("10.0.0.1", "eu-north-1a") for index in range(101)}

    fake_deployment.failures("ecs/on-fargate-spot")

    requests = fake_deployment.aws.parameters_of("ecs.DescribeTasks")
    assert [len(parameters["tasks"]) for parameters in requests] == [100, 1]


@pytest.mark.parametrize("group", ["family:catalog", "service:another"])
def test_a_task_of_another_service_fails(fake_deployment: FakeDeployment, group: str) -> None:
    tasks = [{**fake_deployment.task("task-a"), "group": group}]
    fake_deployment.answers["ecs.DescribeTasks"] = {"tasks": tasks}

    assert "OtherTasks" in fake_deployment.failures("ecs/cluster")["ecs/cluster"]


def test_a_second_service_in_the_cluster_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change("ecs.DescribeClusters", "clusters", 0, "activeServicesCount", to=2)

    assert "activeServicesCount" in fake_deployment.failures("ecs/cluster")["ecs/cluster"]


def test_the_password_in_another_revision_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change("ecs.ListTaskDefinitions", "taskDefinitionArns", to=["old:1"])
    definition = {**task_definition(), "taskDefinitionArn": "old:1", "family": f"a{PASSWORD}b"}
    fake_deployment.answers["ecs.DescribeTaskDefinition"] = {"taskDefinition": definition}

    assert "it is in old:1" in fake_deployment.failures("ecs/no-plain*")["ecs/no-plain-password"]


@pytest.mark.parametrize(
    "written", [PASSWORD, f"postgresql://u:{PASSWORD}@db", json.dumps({"url": f"x{PASSWORD}"})]
)
def test_the_password_in_a_log_event_fails(fake_deployment: FakeDeployment, written: str) -> None:
    fake_deployment.events = [{"message": "started"}, {"message": written}]

    failure = fake_deployment.failures("ecs/no-plain*")["ecs/no-plain-password"]

    assert failure.endswith("it is in log group /ecs/catalog-pr1-7f3a")
    assert PASSWORD not in failure


def test_the_password_in_the_configuration_fails(fake_deployment: FakeDeployment) -> None:
    configured = {**CONFIGURED, "alarm": {"x": {"AlarmDescription": f"see {PASSWORD}"}}}

    failures = fake_deployment.failures("ecs/no-plain*", configured=configured)

    assert failures["ecs/no-plain-password"].endswith("it is in the configuration")
