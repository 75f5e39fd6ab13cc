from collections.abc import AsyncIterator

import pytest

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.background import TimeScale
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws
from tests.unit.harness.emulator.gateway.fake_elb import BALANCER, HOST, FakeElb

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_endpoint_listens")]


@pytest.fixture
def elb(aws: FakeAws) -> FakeElb:
    return FakeElb(aws)


@pytest.fixture
async def registry(aws: FakeAws) -> AsyncIterator[AlbRegistry]:
    registry = AlbRegistry(aws.api, TimeScale(0.0, shortest=0.001))
    yield registry
    await registry.stop()


async def test_synchronising_again_changes_nothing(registry: AlbRegistry, elb: FakeElb) -> None:
    elb.add_group()
    await registry.synchronise(CALLER)
    before = list(registry.groups())

    await registry.synchronise(CALLER)

    assert registry.groups() == before


async def test_groups_without_http_have_no_endpoint(registry: AlbRegistry, elb: FakeElb) -> None:
    groups = elb.add_group("tcp", Protocol="TCP"), elb.add_group("function", TargetType="lambda")

    await registry.synchronise(CALLER)

    assert [registry.port(group) for group in groups] == [None, None]
    assert registry.groups() == []


async def test_the_endpoint_of_a_deleted_group_is_closed(
    registry: AlbRegistry, elb: FakeElb
) -> None:
    group = elb.add_group()
    await registry.synchronise(CALLER)
    assert registry.port(group) is not None

    del elb.groups[group]
    await registry.synchronise(CALLER)

    assert registry.port(group) is None
    assert registry.groups() == []


async def test_the_load_balancers_of_a_group_follow_its_listeners(
    registry: AlbRegistry, elb: FakeElb
) -> None:
    group = elb.add_group()
    await registry.synchronise(CALLER)
    assert registry.load_balancers_of(group) == ()

    listener = elb.add_listener(group)
    await registry.synchronise(CALLER)
    assert registry.load_balancers_of(group) == (BALANCER,)

    del elb.listeners[listener]
    await registry.synchronise(CALLER)
    assert registry.load_balancers_of(group) == ()
    assert registry.load_balancers_of("arn:none") == ()


async def test_weighted_forwarding_is_tracked(registry: AlbRegistry, elb: FakeElb) -> None:
    group = elb.add_group()
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group}]}}
    elb._create_listener({"Port": 80, "DefaultActions": [action]})

    await registry.synchronise(CALLER)

    assert registry.load_balancers_of(group) == (BALANCER,)


async def test_attributes_set_delays(registry: AlbRegistry, elb: FakeElb, aws: FakeAws) -> None:
    group = elb.add_group()
    elb.add_listener(group)
    attribute = {"Key": "idle_timeout.timeout_seconds", "Value": "7"}
    aws.responses["DescribeLoadBalancerAttributes"] = {"Attributes": [attribute]}

    await registry.synchronise(CALLER)

    (served,) = registry.groups()
    assert served.configuration.idle_seconds == 7
    assert served.configuration.draining_seconds == 1000


async def test_a_group_is_found_without_a_synchronisation_since_its_creation(
    registry: AlbRegistry, elb: FakeElb
) -> None:
    group = elb.add_group()
    elb.targets[group] = [{"Id": "127.0.0.1", "Port": 1}]

    found = await registry.group(CALLER, group)

    assert found is not None
    assert len(found.health()) == 1
    assert await registry.group(CALLER, "arn:none") is None


async def test_a_balancer_is_found_by_its_dns_name(registry: AlbRegistry, elb: FakeElb) -> None:
    created, elb.balancers = elb.balancers, []
    await registry.synchronise(CALLER)
    assert await registry.load_balancer(HOST) is None

    elb.balancers = created
    elb.add_listener(elb.add_group(), 8080)
    found = await registry.load_balancer(HOST)

    assert found is not None
    caller, balancer = found
    assert caller == CALLER
    assert balancer.arn == BALANCER
    assert set(balancer.ports) == {8080}
