"""What the patches of ECS, tags and orders do with responses, over a fake."""

import pytest

from harness.emulator.gateway.patches.ecs import (
    ContainerEntryPoints,
    FirstDeploymentStatus,
    PropagatedTags,
    StoppedTaskReplacement,
    ZoneRebalancing,
)
from tests.unit.harness.emulator.gateway.fake_aws import (
    FakeAws,
    ecs_error,
    json_call,
    result_of,
)
from tests.unit.harness.emulator.gateway.patches.sample_task import CLUSTER, task

pytestmark = pytest.mark.anyio


async def test_zone_rebalancing_is_the_last_setting(aws: FakeAws) -> None:
    patch = ZoneRebalancing({})
    aws.responses |= {
        "CreateService": {"service": {"serviceArn": "a"}},
        "UpdateService": {"service": {"serviceArn": "a"}},
        "DescribeServices": {"services": [{"serviceArn": "a"}, {"serviceArn": "b"}]},
    }
    field = "availabilityZoneRebalancing"

    created = await result_of(patch, aws, "CreateService", **{field: "DISABLED"})
    assert created["service"][field] == "DISABLED"
    untouched = await result_of(patch, aws, "UpdateService", desiredCount=1)
    assert untouched["service"][field] == "DISABLED"
    updated = await result_of(patch, aws, "UpdateService", **{field: "ENABLED"})
    assert updated["service"][field] == "ENABLED"
    described = await result_of(patch, aws, "DescribeServices")
    assert [each[field] for each in described["services"]] == ["ENABLED", "ENABLED"]


async def test_a_service_is_created_without_tasks_and_then_deployed(aws: FakeAws) -> None:
    drained = {"status": "ACTIVE", "desiredCount": 0, "runningCount": 0, "pendingCount": 0}
    primary = {**drained, "status": "PRIMARY", "desiredCount": 3}
    service = {"serviceName": "s", "clusterArn": CLUSTER, "deployments": [drained]}
    aws.responses |= {
        "CreateService": {"service": service},
        "UpdateService": {"service": {**service, "deployments": [primary, drained]}},
    }

    created = await result_of(
        FirstDeploymentStatus(), aws, "CreateService", serviceName="s", desiredCount=3
    )

    assert created["service"]["deployments"] == [primary]
    (update,) = aws.parameters("UpdateService")
    assert update == {
        "cluster": CLUSTER,
        "service": "s",
        "desiredCount": 3,
        "forceNewDeployment": True,
    }


async def test_the_service_is_updated_after_a_stopped_task(aws: FakeAws) -> None:
    aws.responses["StopTask"] = {"task": task("t")}

    await result_of(StoppedTaskReplacement(aws.api), aws, "StopTask", task="t")

    assert aws.parameters("UpdateService") == [{"cluster": CLUSTER, "service": "s"}]


@pytest.mark.parametrize(("propagates", "tags"), [("SERVICE", [{"key": "a"}]), ("NONE", [])])
async def test_tasks_inherit_tags_if_the_service_propagates_them(
    aws: FakeAws, propagates: str, tags: list[dict[str, str]]
) -> None:
    tagged = {**task("own"), "tags": [{"key": "own"}]}
    aws.responses |= {
        "DescribeTasks": {"tasks": [task("t"), tagged, {**task("alone"), "group": ""}]},
        "DescribeServices": {"services": [{"propagateTags": propagates, "tags": [{"key": "a"}]}]},
    }
    patch = PropagatedTags(aws.api, {})

    for _ in range(2):
        described = await result_of(patch, aws, "DescribeTasks", include=["TAGS"])

    assert [each.get("tags") for each in described["tasks"]] == [tags, [{"key": "own"}], None]
    assert aws.names().count("DescribeServices") == 1


@pytest.mark.anyio
@pytest.mark.parametrize("group", ["", "family:f"])
async def test_a_standalone_task_is_not_replaced(aws: FakeAws, group: str) -> None:
    aws.responses["StopTask"] = {"task": {"taskArn": "t", "group": group, "clusterArn": CLUSTER}}

    await StoppedTaskReplacement(aws.api).handle(
        json_call("ecs", "StopTask", task="t"), aws.call_next
    )

    assert aws.names() == ["StopTask"]


@pytest.mark.anyio
async def test_a_task_that_was_not_stopped_is_not_replaced(aws: FakeAws) -> None:
    aws.responses["StopTask"] = ecs_error("InvalidParameterException")

    response = await StoppedTaskReplacement(aws.api).handle(
        json_call("ecs", "StopTask"), aws.call_next
    )

    assert not response.ok
    assert aws.names() == ["StopTask"]


@pytest.mark.anyio
async def test_tags_are_not_read_unless_requested(aws: FakeAws) -> None:
    await PropagatedTags(aws.api, {}).handle(json_call("ecs", "DescribeTasks"), aws.call_next)

    assert aws.names() == ["DescribeTasks"]


@pytest.mark.anyio
async def test_the_setting_of_a_rejected_service_is_not_stored(aws: FakeAws) -> None:
    aws.responses["CreateService"] = ecs_error("ClientException")
    stored: dict[str, str] = {}

    call = json_call("ecs", "CreateService", serviceName="s")
    await ZoneRebalancing(stored).handle(call, aws.call_next)

    assert stored == {}


@pytest.mark.anyio
async def test_a_rejected_service_is_not_deployed(aws: FakeAws) -> None:
    aws.responses["CreateService"] = ecs_error("ClientException")

    response = await FirstDeploymentStatus().handle(
        json_call("ecs", "CreateService", serviceName="s"), aws.call_next
    )

    assert not response.ok
    assert aws.calls == [("CreateService", {"serviceName": "s", "desiredCount": 0})]


@pytest.mark.anyio
@pytest.mark.parametrize(("primary", "failed"), [("IN_PROGRESS", 1), ("COMPLETED", 0)])
async def test_a_failed_deployment_remains_until_its_rollback_has_completed(
    aws: FakeAws, primary: str, failed: int
) -> None:
    drained = {"status": "ACTIVE", "desiredCount": 0, "runningCount": 0, "pendingCount": 0}
    aws.responses["DescribeServices"] = {
        "services": [
            {
                "deployments": [
                    {**drained, "status": "PRIMARY", "rolloutState": primary},
                    {**drained, "rolloutState": "FAILED", "pendingCount": 1},
                    {**drained, "rolloutState": "old"},
                    {**drained, "rolloutState": "draining", "runningCount": 1},
                ]
            }
        ]
    }

    response = await FirstDeploymentStatus().handle(
        json_call("ecs", "DescribeServices"), aws.call_next
    )

    states = [each["rolloutState"] for each in response.json()["services"][0]["deployments"]]
    assert states == [primary, *["FAILED"] * failed, "draining"]


@pytest.mark.anyio
async def test_the_command_that_is_executed_begins_with_the_entry_point(aws: FakeAws) -> None:
    containers = [
        {"name": "a", "entryPoint": ["sh", "-c"], "command": ["exit 3"]},
        {"name": "b", "entryPoint": ["run"]},
        {"name": "c", "command": ["serve"]},
    ]
    aws.responses["RegisterTaskDefinition"] = lambda request: {"taskDefinition": request}

    response = await ContainerEntryPoints().handle(
        json_call("ecs", "RegisterTaskDefinition", containerDefinitions=containers), aws.call_next
    )

    (stored,) = aws.parameters("RegisterTaskDefinition")
    executed = [each["command"] for each in stored["containerDefinitions"]]
    assert executed == [["sh", "-c", "exit 3"], ["run"], ["serve"]]
    described = response.json()["taskDefinition"]["containerDefinitions"]
    assert [each["command"] for each in described] == [["exit 3"], [], ["serve"]]
