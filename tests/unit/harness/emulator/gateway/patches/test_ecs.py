"""What the repairs of ECS, tags and orders do with answers, over a fake."""

import json
from typing import Any

import pytest

from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Repair
from harness.emulator.gateway.patches.cloudwatch import AlarmsInFull
from harness.emulator.gateway.patches.ec2 import NatGatewayAddresses, RevokedForAllPorts
from harness.emulator.gateway.patches.ecs import (
    FirstDeployment,
    StoppedTaskReplaced,
    TagsOfService,
    ZoneRebalancing,
)
from harness.emulator.gateway.patches.placement import Placements, TaskZones
from harness.emulator.gateway.patches.rds import OrderableServerless
from harness.emulator.gateway.patches.secretsmanager import NamePendingDeletion
from harness.emulator.gateway.patches.tagging import TagsOfDeletedDistributions
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, ecs_error, json_call, query_call

pytestmark = pytest.mark.anyio

CLUSTER = "arn:aws:ecs:eu-north-1:111122223333:cluster/c"


async def ask(repair: Repair, aws: FakeAws, operation: str, **parameters: Any) -> dict[str, Any]:
    call = json_call(repair.service, operation, **parameters)
    answer: dict[str, Any] = json.loads((await repair.answer(call, aws.proceed)).body)
    return answer


def task(name: str) -> dict[str, Any]:
    detail = {"name": "subnetId", "value": "first"}
    return {
        "taskArn": name,
        "clusterArn": CLUSTER,
        "group": "service:s",
        "availabilityZone": "?",
        "attachments": [{"details": [detail]}],
    }


async def test_zone_rebalancing_is_what_was_said_last(aws: FakeAws) -> None:
    repair = ZoneRebalancing({})
    aws.answers |= {
        "CreateService": {"service": {"serviceArn": "a"}},
        "UpdateService": {"service": {"serviceArn": "a"}},
        "DescribeServices": {"services": [{"serviceArn": "a"}, {"serviceArn": "b"}]},
    }
    field = "availabilityZoneRebalancing"

    created = await ask(repair, aws, "CreateService", **{field: "DISABLED"})
    assert created["service"][field] == "DISABLED"
    untouched = await ask(repair, aws, "UpdateService", desiredCount=1)
    assert untouched["service"][field] == "DISABLED"
    updated = await ask(repair, aws, "UpdateService", **{field: "ENABLED"})
    assert updated["service"][field] == "ENABLED"
    described = await ask(repair, aws, "DescribeServices")
    assert [each[field] for each in described["services"]] == ["ENABLED", "ENABLED"]


async def test_a_service_is_created_empty_and_then_deployed(aws: FakeAws) -> None:
    drained = {"status": "ACTIVE", "desiredCount": 0, "runningCount": 0, "pendingCount": 0}
    primary = {**drained, "status": "PRIMARY", "desiredCount": 3}
    service = {"serviceName": "s", "clusterArn": CLUSTER, "deployments": [drained]}
    aws.answers |= {
        "CreateService": {"service": service},
        "UpdateService": {"service": {**service, "deployments": [primary, drained]}},
    }

    created = await ask(FirstDeployment(), aws, "CreateService", serviceName="s", desiredCount=3)

    assert created["service"]["deployments"] == [primary]
    (update,) = aws.parameters("UpdateService")
    assert update == {
        "cluster": CLUSTER,
        "service": "s",
        "desiredCount": 3,
        "forceNewDeployment": True,
    }


async def test_the_scheduler_looks_again_after_a_stopped_task(aws: FakeAws) -> None:
    aws.answers["StopTask"] = {"task": task("t")}

    await ask(StoppedTaskReplaced(), aws, "StopTask", task="t")

    assert aws.parameters("UpdateService") == [{"cluster": CLUSTER, "service": "s"}]


async def test_new_tasks_go_where_the_fewest_are(aws: FakeAws) -> None:
    def subnet(name: str, zone: str) -> dict[str, str]:
        return {"SubnetId": name, "AvailabilityZone": zone, "VpcId": "vpc"}

    network = {"awsvpcConfiguration": {"subnets": ["first", "second"]}}
    aws.answers |= {
        "DescribeTasks": {"tasks": [task("old"), task("new")]},
        "DescribeServices": {"services": [{"networkConfiguration": network}]},
        "ListTasks": {"taskArns": ["old", "new"]},
        "DescribeSubnets": {"Subnets": [subnet("first", "z1"), subnet("second", "z2")]},
    }
    shelf = {"old": "first", "stopped": "second"}

    described = await ask(TaskZones(Placements(aws.api, shelf)), aws, "DescribeTasks")

    assert [each["availabilityZone"] for each in described["tasks"]] == ["z1", "z2"]
    assert [each["attachments"][0]["details"][0]["value"] for each in described["tasks"]] == [
        "first",
        "second",
    ]


@pytest.mark.parametrize(("propagates", "tags"), [("SERVICE", [{"key": "a"}]), ("NONE", [])])
async def test_tasks_inherit_tags_as_their_service_says(
    aws: FakeAws, propagates: str, tags: list[dict[str, str]]
) -> None:
    tagged = {**task("own"), "tags": [{"key": "own"}]}
    aws.answers |= {
        "DescribeTasks": {"tasks": [task("t"), tagged, {**task("alone"), "group": ""}]},
        "DescribeServices": {"services": [{"propagateTags": propagates, "tags": [{"key": "a"}]}]},
    }
    repair = TagsOfService(aws.api, {})

    for _ in range(2):
        described = await ask(repair, aws, "DescribeTasks", include=["TAGS"])

    assert [each.get("tags") for each in described["tasks"]] == [tags, [{"key": "own"}], None]
    assert aws.names().count("DescribeServices") == 1


async def test_a_pending_name_is_refused_as_pending(aws: FakeAws) -> None:
    aws.answers["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.answers["DescribeSecret"] = {"DeletedDate": 1}

    answer = await ask(NamePendingDeletion(aws.api), aws, "CreateSecret", Name="s")

    assert answer["__type"] == "InvalidRequestException"


async def test_a_name_in_use_is_refused_as_existing(aws: FakeAws) -> None:
    aws.answers["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.answers["DescribeSecret"] = {"Name": "s"}

    answer = await ask(NamePendingDeletion(aws.api), aws, "CreateSecret", Name="s")

    assert answer["__type"] == "ResourceExistsException"


class KnownDistributions(Distributions):
    def __init__(self, *ids: str) -> None:
        self._ids = set(ids)

    async def ids(self) -> set[str]:
        return self._ids


async def test_only_deleted_distributions_lose_their_tags(aws: FakeAws) -> None:
    arns = ["arn:aws:s3:::b", "arn:aws:cloudfront::1:distribution/E1", "arn::distribution/E2"]
    aws.answers["GetResources"] = {
        "ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []} for arn in arns]
    }

    answer = await ask(TagsOfDeletedDistributions(KnownDistributions("E1")), aws, "GetResources")

    assert [each["ResourceARN"] for each in answer["ResourceTagMappingList"]] == arns[:2]


async def test_a_refused_question_about_tags_stays_refused(aws: FakeAws) -> None:
    aws.answers["GetResources"] = ecs_error("InvalidParameterException")

    answer = await ask(TagsOfDeletedDistributions(KnownDistributions()), aws, "GetResources")

    assert answer["__type"] == "InvalidParameterException"


async def test_alarms_are_asked_for_in_json(aws: FakeAws) -> None:
    aws.answers["DescribeAlarms"] = {"MetricAlarms": [{"AlarmName": "a", "Period": 60}]}
    call = query_call("monitoring", "DescribeAlarms", **{"AlarmNames.member.1": "a"})

    async def found(_: object) -> Response:
        return Response(200, body=b"<incomplete/>")

    answer = await AlarmsInFull(aws.api).answer(call, found)

    assert b"<Period>60</Period>" in answer.body
    assert aws.calls == [("DescribeAlarms", {"AlarmNames": ["a"]})]


async def test_ports_of_all_protocols_are_left_out(aws: FakeAws) -> None:
    def permission(number: int, protocol: str) -> dict[str, str]:
        prefix = f"IpPermissions.{number}"
        return {
            f"{prefix}.IpProtocol": protocol,
            f"{prefix}.FromPort": "0",
            f"{prefix}.ToPort": "0",
        }

    call = query_call(
        "ec2", "RevokeSecurityGroupEgress", **permission(1, "-1"), **permission(2, "tcp")
    )
    await RevokedForAllPorts().answer(call, aws.proceed)

    (request,) = aws.requests
    assert b"IpPermissions.1.FromPort" not in request.body
    assert b"IpPermissions.1.ToPort" not in request.body
    assert b"IpPermissions.2.FromPort=0" in request.body


async def test_nat_gateways_are_completed_from_memory(aws: FakeAws) -> None:
    allocations: dict[str, str] = {}
    gateway = (
        "<natGateway><natGatewayId>nat-1</natGatewayId><state>available</state>"
        "<natGatewayAddressSet/></natGateway>"
    )
    aws.answers["CreateNatGateway"] = Response(200, body=gateway.encode())
    aws.answers["DescribeAddresses"] = {
        "Addresses": [{"AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1"}]
    }
    call = query_call("ec2", "CreateNatGateway", AllocationId="eipalloc-1")

    answer = await NatGatewayAddresses(aws.api, allocations).answer(call, aws.proceed)

    assert b"<publicIp>192.0.2.1</publicIp>" in answer.body
    assert allocations == {"nat-1": "eipalloc-1"}


async def test_serverless_is_asked_for_under_another_name(aws: FakeAws) -> None:
    option = {"DBInstanceClass": "db.r5.large"}
    aws.answers["DescribeOrderableDBInstanceOptions"] = {"OrderableDBInstanceOptions": [option]}
    call = query_call(
        "rds",
        "DescribeOrderableDBInstanceOptions",
        Engine="aurora-postgresql",
        DBInstanceClass="db.serverless",
    )

    answer = await OrderableServerless().answer(call, aws.proceed)

    assert b"<DBInstanceClass>db.serverless</DBInstanceClass>" in answer.body
