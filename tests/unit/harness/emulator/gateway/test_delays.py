"""What AWS takes its time for: calls that come too early, too often, or see too little."""

from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.retries.standard import ThrottledRetryableChecker

from harness.emulator.gateway.aws import AwsApi, parse
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.delays import Delays
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, json_call, query_call

pytestmark = pytest.mark.anyio

TABLE = Delays.of_aws()
ROLES = {
    "call": "iam.ListRoles",
    "items": "Roles",
    "id": "RoleName",
    "late": 3.0,
    "lingers": 2.0,
}
UNKNOWN_ROLE = {
    "after": "iam.CreateRole",
    "calls": ["iam.GetRole"],
    "code": "NoSuchEntity",
    "message": "?",
    "seconds": 2.0,
    "key": "RoleName",
}


@dataclass
class Cloud:
    """The patches of a table over a fake API, at a time that the test sets."""

    delays: Delays
    aws: FakeAws = field(default_factory=FakeAws)
    time: float = 0.0

    def __post_init__(self) -> None:
        self.patches = self.delays.patches(AwsApi(self.aws), lambda: self.time)

    async def response(self, call: Call) -> Response:
        return await self._through(0, call)

    async def _through(self, index: int, call: Call) -> Response:
        for position, patch in enumerate(self.patches[index:], index + 1):
            if patch.matches(call):
                return await patch.handle(call, partial(self._through, position))
        return await self.aws.call_next(call)

    async def roles(self) -> list[str]:
        call = query_call("iam", "ListRoles")
        listed = parse(call.model, await self.response(call))["Roles"]
        return [each["RoleName"] for each in listed]


async def test_a_cloud_without_delays_has_no_patch() -> None:
    assert Delays().patches(FakeAws().api) == ()


async def test_every_so_many_calls_of_an_account_to_a_service_one_is_refused() -> None:
    cloud = Cloud(Delays(throttle_every=3, throttled={"ecs": "ThrottlingException"}))
    call, other = json_call("ecs", "ListClusters"), json_call("secretsmanager", "ListSecrets")
    stranger = Call(call.request, Caller("444455556666", "eu-north-1"), "ecs", "ListClusters")

    statuses = [(await cloud.response(call)).status for _ in range(7)]

    assert statuses == [200, 200, 400, 200, 200, 400, 200]
    assert (await cloud.response(stranger)).ok
    assert all([(await cloud.response(other)).ok for _ in range(4)])


def test_the_code_of_every_service_is_one_that_the_sdk_retries() -> None:
    known = ThrottledRetryableChecker._THROTTLED_ERROR_CODES  # type: ignore[attr-defined]

    assert set(TABLE.throttled.values()) <= set(known)


async def test_a_call_is_refused_for_some_seconds_after_another_of_the_same_resource() -> None:
    cloud = Cloud(Delays(refused=[UNKNOWN_ROLE]))
    await cloud.response(query_call("iam", "CreateRole", RoleName="a"))

    early = await cloud.response(query_call("iam", "GetRole", RoleName="a"))
    other = await cloud.response(query_call("iam", "GetRole", RoleName="b"))
    cloud.time = 2.0
    late = await cloud.response(query_call("iam", "GetRole", RoleName="a"))

    assert b"NoSuchEntity" in early.body
    assert other.ok
    assert late.ok


async def test_a_call_that_failed_delays_nothing() -> None:
    cloud = Cloud(Delays(refused=[UNKNOWN_ROLE]))
    cloud.aws.responses["CreateRole"] = Response(400, body=b"<ErrorResponse/>")

    await cloud.response(query_call("iam", "CreateRole", RoleName="a"))

    assert (await cloud.response(query_call("iam", "GetRole", RoleName="a"))).ok


async def test_subnets_have_the_interfaces_of_a_deleted_load_balancer_for_some_seconds() -> None:
    cloud = Cloud(TABLE)
    await cloud.response(query_call("elasticloadbalancing", "DeleteLoadBalancer"))

    early = await cloud.response(query_call("ec2", "DeleteSubnet", SubnetId="subnet-1"))
    cloud.time = 4.0

    assert b"DependencyViolation" in early.body
    assert (await cloud.response(query_call("ec2", "DeleteSubnet", SubnetId="subnet-1"))).ok


async def test_a_slow_call_is_performed_after_its_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(TABLE)
    before: list[list[str]] = []

    async def sleep(seconds: float) -> None:
        if seconds:
            before.append(cloud.aws.names())

    monkeypatch.setattr("harness.emulator.gateway.delays.asyncio", SimpleNamespace(sleep=sleep))

    await cloud.response(query_call("ec2", "AttachInternetGateway", VpcId="v"))

    assert before == [[]]
    assert cloud.aws.names() == ["AttachInternetGateway"]


def roles(*names: str) -> dict[str, Any]:
    return {"Roles": [{"RoleName": name} for name in names]}


async def test_new_items_of_a_list_appear_late() -> None:
    cloud = Cloud(Delays(eventual=[ROLES]))
    cloud.aws.responses["ListRoles"] = roles("a")

    assert await cloud.roles() == []
    cloud.time = 2.9
    assert await cloud.roles() == []
    cloud.time = 3.0
    assert await cloud.roles() == ["a"]


INSTANCES = {
    "call": "rds.DescribeDBInstances",
    "items": "DBInstances",
    "id": "DBInstanceIdentifier",
    "lingers": 3.0,
    "state": {"DBInstanceStatus": "deleting"},
}
GONE = Response(404, body=b"<ErrorResponse><Error><Code>DBInstanceNotFound</Code></Error>")


def instances(*names: str) -> dict[str, Any]:
    found = [{"DBInstanceIdentifier": name, "DBInstanceStatus": "available"} for name in names]
    return {"DBInstances": found}


async def statuses(cloud: Cloud, name: str = "") -> dict[str, str] | int:
    """Return instance -> status, or the status code of an error."""
    call = query_call("rds", "DescribeDBInstances", DBInstanceIdentifier=name)
    response = await cloud.response(call)
    if not response.ok:
        return response.status
    listed = parse(call.model, response)["DBInstances"]
    return {each["DBInstanceIdentifier"]: each["DBInstanceStatus"] for each in listed}


async def test_a_deleted_database_is_described_as_deleting_for_some_seconds() -> None:
    cloud = Cloud(Delays(eventual=[INSTANCES]), time=1.0)
    cloud.aws.responses["DescribeDBInstances"] = instances("a", "b")
    await cloud.response(query_call("rds", "DeleteDBInstance", DBInstanceIdentifier="a"))

    def described(request: dict[str, Any]) -> dict[str, Any] | Response:
        return GONE if request.get("DBInstanceIdentifier") == "a" else instances("b")

    cloud.aws.responses["DescribeDBInstances"] = described
    assert await statuses(cloud, "a") == {"a": "deleting"}
    assert await statuses(cloud) == {"b": "available", "a": "deleting"}
    assert await statuses(cloud, "b") == {"b": "available"}
    cloud.time = 4.0
    assert await statuses(cloud, "a") == GONE.status
    assert await statuses(cloud) == {"b": "available"}


async def test_a_database_that_never_existed_is_not_found() -> None:
    cloud = Cloud(Delays(eventual=[INSTANCES]))
    cloud.aws.responses["DescribeDBInstances"] = lambda request: (
        GONE if request.get("DBInstanceIdentifier") == "a" else instances()
    )

    assert await statuses(cloud, "a") == GONE.status


async def test_a_field_is_missing_at_first() -> None:
    row = {"call": "ecs.DescribeTasks", "items": "tasks", "id": "taskArn", "field": "tags"}
    cloud = Cloud(Delays(late=[{**row, "late": 3.0}]))
    task = {"taskArn": "t", "lastStatus": "RUNNING", "tags": [{"key": "k", "value": "v"}]}
    cloud.aws.responses["DescribeTasks"] = {"tasks": [task]}

    async def described() -> dict[str, Any]:
        (found,) = (await cloud.response(json_call("ecs", "DescribeTasks"))).json()["tasks"]
        return dict(found)

    assert await described() == {"taskArn": "t", "lastStatus": "RUNNING"}
    cloud.time = 2.9
    assert "tags" not in await described()
    cloud.time = 3.0
    assert await described() == task


async def test_deleted_items_of_a_list_linger() -> None:
    cloud = Cloud(Delays(eventual=[ROLES]))
    cloud.aws.responses["ListRoles"] = roles("a", "b")
    await cloud.response(query_call("iam", "DeleteRole", RoleName="a"))
    cloud.aws.responses["ListRoles"] = roles("b")

    cloud.time = 10.0
    assert await cloud.roles() == ["b", "a"]
    cloud.time = 12.0
    assert await cloud.roles() == ["b"]
