"""What the patches of load balancing do with calls and responses, over a small fake."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import quote

import pytest

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.aws import parse, service_model
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Patch
from harness.emulator.gateway.patches.ecs import UnusedTargetGroup
from harness.emulator.gateway.patches.elbv2 import (
    ListenerDeletion,
    LoadBalancerZones,
    RoundRobin,
    TargetGroupUsage,
    TargetHealth,
)
from harness.emulator.gateway.patches.placement import TaskPlacements
from tests.unit.harness.emulator.gateway.fake_aws import (
    CALLER,
    FakeAws,
    elb_error,
    json_call,
    query_call,
)
from tests.unit.harness.emulator.gateway.fake_elb import BALANCER, FakeElb

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_endpoint_listens")]

ELB = "elasticloadbalancing"


@pytest.fixture
def elb(aws: FakeAws) -> FakeElb:
    aws.responses |= {"ListClusters": {"clusterArns": []}, "DescribeSubnets": {"Subnets": []}}
    return FakeElb(aws)


@pytest.fixture
async def registry(aws: FakeAws) -> AsyncIterator[AlbRegistry]:
    registry = AlbRegistry(aws.api, TimeScale(1.0))
    yield registry
    await registry.stop()


async def response_of(patch: Patch, aws: FakeAws, operation: str, **form: str) -> Response:
    call = query_call(ELB, operation, **{name: quote(value) for name, value in form.items()})
    assert patch.matches(call)
    return await patch.handle(call, aws.call_next)


async def create_listener(patch: Patch, aws: FakeAws, group: str) -> Response:
    form = {"DefaultActions.member.1.Type": "forward"}
    form["DefaultActions.member.1.TargetGroupArn"] = group
    return await response_of(
        patch, aws, "CreateListener", LoadBalancerArn=BALANCER, Port="80", **form
    )


async def test_a_new_listener_is_followed(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    group = elb.add_group()

    await create_listener(RoundRobin(registry), aws, group)

    assert registry.load_balancers_of(group) == (BALANCER,)


async def test_read_only_calls_and_errors_do_not_synchronise(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    patch = RoundRobin(registry)
    aws.responses["DeleteRule"] = elb_error("DeleteRule", "RuleNotFound")

    await response_of(patch, aws, "DescribeLoadBalancers")
    await response_of(patch, aws, "DeleteRule", RuleArn="none")

    assert aws.names() == ["DescribeLoadBalancers", "DeleteRule"]


def run_task(aws: FakeAws, zone: str, address: str = "10.0.0.1") -> None:
    """Let one task run."""
    detail = {"name": "privateIPv4Address", "value": address}
    task = {
        "taskArn": "t",
        "clusterArn": "c",
        "availabilityZone": zone,
        "attachments": [{"details": [detail]}],
    }
    aws.responses |= {
        "ListClusters": {"clusterArns": ["c"]},
        "ListTasks": {"taskArns": ["t"]},
        "DescribeTasks": {"tasks": [task]},
    }


async def targets_of(
    patch: TargetHealth, aws: FakeAws, group: str
) -> dict[str, tuple[str, str | None]]:
    """Return state and zone of each target, by its address."""
    response = await response_of(patch, aws, "DescribeTargetHealth", TargetGroupArn=group)
    model = service_model("elbv2").operation_model("DescribeTargetHealth")
    return {
        each["Target"]["Id"]: (
            each["TargetHealth"]["State"],
            each["Target"].get("AvailabilityZone"),
        )
        for each in parse(model, response)["TargetHealthDescriptions"]
    }


async def test_health_comes_from_checks_and_zones_from_tasks(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    group = elb.add_group()
    elb.targets[group] = [{"Id": "10.0.0.1", "Port": 80}, {"Id": "10.0.0.2", "Port": 80}]
    run_task(aws, "eu-north-1b")
    patch = TargetHealth(registry, TaskPlacements(aws.api, {}))

    targets = await targets_of(patch, aws, group)

    assert targets == {"10.0.0.1": ("unused", "eu-north-1b"), "10.0.0.2": ("unused", None)}


async def test_the_zone_of_a_target_is_looked_up_once_for_each_registration(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    group = elb.add_group()
    elb.targets[group] = targets = [{"Id": "10.0.0.1", "Port": 80}]
    run_task(aws, "eu-north-1b")
    patch = TargetHealth(registry, TaskPlacements(aws.api, {}))
    await targets_of(patch, aws, group)
    await targets_of(patch, aws, group)
    assert aws.names().count("ListClusters") == 1

    elb.targets[group] = [*targets, {"Id": "10.0.0.2", "Port": 80}]
    run_task(aws, "eu-north-1a", "10.0.0.2")
    assert (await targets_of(patch, aws, group))["10.0.0.2"] == ("unused", "eu-north-1a")

    elb.targets[group] = []
    await targets_of(patch, aws, group)
    elb.targets[group] = targets
    run_task(aws, "eu-north-1c")  # another task, with the same address

    assert await targets_of(patch, aws, group) == {"10.0.0.1": ("unused", "eu-north-1c")}


async def test_zones_are_those_of_the_groups_region_whoever_asks(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    group = elb.add_group()
    elb.targets[group] = [{"Id": "10.0.0.1", "Port": 80}]
    await registry.synchronise(CALLER)
    run_task(aws, "eu-north-1b")
    call = query_call(ELB, "DescribeTargetHealth", TargetGroupArn=quote(group))
    patch = TargetHealth(registry, TaskPlacements(aws.api, {}))

    await patch.handle(replace(call, caller=replace(CALLER, region="us-east-1")), aws.call_next)

    asked = aws.requests[aws.names().index("ListClusters")].header("authorization")
    assert f"/{CALLER.region}/ecs/" in asked


async def test_the_health_of_other_groups_is_that_of_ministack(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    group = elb.add_group(Protocol="TCP")
    patch = TargetHealth(registry, TaskPlacements(aws.api, {}))

    response = await response_of(patch, aws, "DescribeTargetHealth", TargetGroupArn=group)

    assert response.ok
    assert aws.names()[-1] == "DescribeTargetHealth"


async def test_groups_are_described_with_their_load_balancers(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    used, unused = elb.add_group("used"), elb.add_group("unused")
    await registry.synchronise(CALLER)
    await create_listener(RoundRobin(registry), aws, used)
    patch = TargetGroupUsage(registry)
    model = service_model("elbv2").operation_model("DescribeTargetGroups")

    everything = parse(model, await response_of(patch, aws, "DescribeTargetGroups"))["TargetGroups"]
    of_balancer = parse(
        model, await response_of(patch, aws, "DescribeTargetGroups", LoadBalancerArn=BALANCER)
    )["TargetGroups"]

    assert {each["TargetGroupArn"]: each["LoadBalancerArns"] for each in everything} == {
        used: [BALANCER],
        unused: [],
    }
    assert [each["TargetGroupArn"] for each in of_balancer] == [used]


async def test_a_group_in_use_is_not_deleted(
    aws: FakeAws, elb: FakeElb, registry: AlbRegistry
) -> None:
    used, unused = elb.add_group("used"), elb.add_group("unused")
    await registry.synchronise(CALLER)
    await create_listener(RoundRobin(registry), aws, used)
    patch = TargetGroupUsage(registry)

    refused = await response_of(patch, aws, "DeleteTargetGroup", TargetGroupArn=used)
    deleted = await response_of(patch, aws, "DeleteTargetGroup", TargetGroupArn=unused)

    assert b"<Code>ResourceInUse</Code>" in refused.body
    assert deleted.ok
    assert used in elb.groups
    assert unused not in elb.groups


async def test_error_responses_pass(aws: FakeAws, registry: AlbRegistry) -> None:
    aws.responses["DescribeTargetGroups"] = elb_error("DescribeTargetGroups", "TargetGroupNotFound")
    aws.responses["DescribeLoadBalancers"] = elb_error(
        "DescribeLoadBalancers", "LoadBalancerNotFound"
    )

    groups = await response_of(TargetGroupUsage(registry), aws, "DescribeTargetGroups")
    balancers = await response_of(LoadBalancerZones(aws.api), aws, "DescribeLoadBalancers")

    assert (groups.status, balancers.status) == (400, 400)


async def test_listeners_are_deleted_before_their_balancer(aws: FakeAws, elb: FakeElb) -> None:
    elb._create_listener({"Port": 80, "DefaultActions": []})

    patch = ListenerDeletion(aws.api)
    await response_of(patch, aws, "DeleteLoadBalancer", LoadBalancerArn=BALANCER)

    assert aws.names() == ["DescribeListeners", "DeleteListener", "DeleteLoadBalancer"]


async def test_zones_and_vpc_follow_from_subnets(aws: FakeAws, elb: FakeElb) -> None:
    subnet = {"SubnetId": "subnet-1", "AvailabilityZone": "eu-north-1c", "VpcId": "vpc-7"}
    aws.responses["DescribeSubnets"] = {"Subnets": [subnet]}

    response = await response_of(LoadBalancerZones(aws.api), aws, "DescribeLoadBalancers")

    model = service_model("elbv2").operation_model("DescribeLoadBalancers")
    (balancer,) = parse(model, response)["LoadBalancers"]
    assert balancer["VpcId"] == "vpc-7"
    assert balancer["AvailabilityZones"][0]["ZoneName"] == "eu-north-1c"


async def test_subnets_that_do_not_exist_have_no_zone(aws: FakeAws, elb: FakeElb) -> None:
    aws.responses["DescribeSubnets"] = Response(400, body=b"<Response/>")

    response = await response_of(LoadBalancerZones(aws.api), aws, "DescribeLoadBalancers")

    assert b"<ZoneName>eu-north-1a</ZoneName>" in response.body


@pytest.mark.parametrize(
    ("balancers", "code"),
    [
        ([], ""),
        ([{"containerName": "classic"}], ""),
        ([{"targetGroupArn": "arn:not-served"}], ""),
        ([{"targetGroupArn": "unused"}], "InvalidParameterException"),
    ],
)
async def test_a_service_is_rejected_for_an_unused_group_only(
    aws: FakeAws,
    elb: FakeElb,
    registry: AlbRegistry,
    balancers: list[dict[str, str]],
    code: str,
) -> None:
    group = elb.add_group()
    load_balancers = [
        {name: value.replace("unused", group) for name, value in each.items()} for each in balancers
    ]
    call = json_call("ecs", "CreateService", loadBalancers=load_balancers)

    response = await UnusedTargetGroup(registry).handle(call, aws.call_next)

    assert response.ok is not bool(code)
    assert code.encode() in response.body
