import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.registry import AlbRegistry
from harness.emulator.gateway.environment import TimeScale
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving
from tests.unit.harness.emulator.gateway.fake_aws import TENANT, FakeAws
from tests.unit.harness.emulator.gateway.fake_elb import FakeElb

pytestmark = pytest.mark.anyio
KEY = "111122223333/eu-north-1"


@pytest.fixture
def elb(aws: FakeAws) -> FakeElb:
    return FakeElb(aws)


@pytest.fixture
def tenants() -> dict[str, bool]:
    return {}


@pytest.fixture
async def registry(aws: FakeAws, tenants: dict[str, bool]) -> AsyncIterator[AlbRegistry]:
    registry = AlbRegistry(aws.api, TimeScale(0.0, shortest=0.001), tenants)
    yield registry
    await registry.stop()


def listen(elb: FakeElb, group: str, port: int = 80) -> str:
    action = {"Type": "forward", "TargetGroupArn": group}
    created = elb._create_listener({"Port": port, "DefaultActions": [action]})
    return str(created["Listeners"][0]["ListenerArn"])


async def test_every_group_has_a_proxy_with_an_endpoint(
    registry: AlbRegistry, elb: FakeElb, tenants: dict[str, bool]
) -> None:
    group = elb.add_group()

    await registry.synchronise(TENANT)

    proxy = elb.proxy()
    assert registry.proxy(group) == proxy
    assert registry.real_arn(group.rpartition("/")[2]) == group
    (target,) = elb.targets[proxy]
    assert target["Id"] == "127.0.0.1"
    async with asyncio.timeout(10):
        _, writer = await asyncio.open_connection("127.0.0.1", target["Port"])
    writer.close()
    assert tenants == {KEY: True}


async def test_groups_of_a_restored_state_are_served_and_refreshed(
    registry: AlbRegistry, elb: FakeElb, tenants: dict[str, bool]
) -> None:
    tenants[KEY] = True
    group = elb.add_group()
    listen(elb, group)

    await registry.start()
    async with serving(Target("a")) as target:
        elb.targets[group] = [{"Id": "127.0.0.1", "Port": target.port}]
        (served,) = registry.groups()
        async with asyncio.timeout(10):
            while served.count(State.HEALTHY) != 1:
                await asyncio.sleep(0.001)

    await registry.stop()
    assert registry.groups() == []
