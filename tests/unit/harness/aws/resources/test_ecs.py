"""ECS: listing and deleting."""

import pytest

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import (
    ARN,
    NOTHING,
    deleted,
    gone,
    listed,
    lower,
    tags,
)
from tests.unit.harness.checks.fake_aws import Answer, FakeAws

TAGS = tags()
CLUSTER = ARN.format("ecs", "cluster/catalog-pr1")
SERVICE = ARN.format("ecs", "service/catalog-pr1/catalog-api-pr1")
TASK = ARN.format("ecs", "task/catalog-pr1/1")
DEFINITION = ARN.format("ecs", "task-definition/catalog-api-pr1:1")
ONE: dict[str, Answer] = {
    "ecs.ListClusters": {"clusterArns": [CLUSTER]},
    "ecs.DescribeClusters": lambda request: {
        "clusters": [
            {"clusterArn": arn, "status": "ACTIVE", "tags": lower(TAGS)}
            for arn in request["clusters"]
        ]
    },
}


def test_a_cluster_is_listed_with_what_is_in_it() -> None:
    resources = listed(
        {
            **ONE,
            "ecs.ListServices": {"serviceArns": [SERVICE]},
            "ecs.DescribeServices": {"services": [{"serviceArn": SERVICE, "tags": lower(TAGS)}]},
            "ecs.ListTasks": {"taskArns": [TASK]},
            "ecs.DescribeTasks": {"tasks": [{"taskArn": TASK}]},
            "ecs.ListTaskDefinitions": {"taskDefinitionArns": [DEFINITION]},
            "ecs.DescribeTaskDefinition": {"tags": lower(TAGS)},
        }
    )

    assert resources == [
        Resource(Kind.ECS_SERVICE, SERVICE, "catalog-api-pr1", TAGS, within=CLUSTER),
        Resource(Kind.ECS_TASK, TASK, "1", within=CLUSTER),
        Resource(Kind.TASK_DEFINITION, DEFINITION, "catalog-api-pr1", TAGS),
        Resource(Kind.ECS_CLUSTER, CLUSTER, "catalog-pr1", TAGS),
    ]


@pytest.mark.parametrize(
    "answers",
    [
        {"ecs.DescribeClusters": {"clusters": [{"clusterArn": CLUSTER, "status": "INACTIVE"}]}},
        {
            "ecs.DescribeClusters": {"clusters": []},
            "ecs.ListServices": {"serviceArns": [SERVICE]},
            "ecs.DescribeServices": {"services": [{"serviceArn": SERVICE, "status": "INACTIVE"}]},
        },
        {
            "ecs.DescribeClusters": {"clusters": []},
            "ecs.ListTasks": {"taskArns": [TASK]},
            "ecs.DescribeTasks": {"tasks": [{"taskArn": TASK, "lastStatus": "STOPPED"}]},
        },
        {
            "ecs.DescribeClusters": {"clusters": []},
            "ecs.ListServices": gone("ClusterNotFoundException"),
            "ecs.ListTasks": gone("ClusterNotFoundException"),
        },
    ],
    ids=["inactive cluster", "inactive service", "stopped task", "cluster deleted meanwhile"],
)
def test_what_only_remains_listed_is_left_out(answers: dict[str, Answer]) -> None:
    assert listed({"ecs.ListClusters": {"clusterArns": [CLUSTER]}, **answers}) == []


def test_only_active_task_definitions_are_listed() -> None:
    aws = FakeAws.answering(dict(NOTHING))
    take_inventory(Clients(aws), {}, (Kind.TASK_DEFINITION,))

    [request] = aws.parameters_of("ecs.ListTaskDefinitions")
    assert request["status"] == "ACTIVE"


def test_a_service_is_deleted_by_force_and_a_task_is_stopped_in_their_cluster() -> None:
    service = Resource(Kind.ECS_SERVICE, "service", within="cluster")
    task = Resource(Kind.ECS_TASK, "task", within="cluster")

    _, aws = deleted(service, {"ecs.DeleteService": {}})
    request = {"cluster": "cluster", "service": "service", "force": True}
    assert aws.parameters_of("ecs.DeleteService") == [request]
    _, aws = deleted(task, {"ecs.StopTask": {}})
    assert aws.parameters_of("ecs.StopTask")[0]["task"] == "task"
