import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.emulator.gateway.alb.health import State
from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.background import TimeScale
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws
from tests.unit.harness.emulator.gateway.fake_elb import FakeElb

pytestmark = pytest.mark.anyio


@pytest.fixture
def elb(aws: FakeAws) -> FakeElb:
    return FakeElb(aws)


@pytest.fixture
async def registry(aws: FakeAws) -> AsyncIterator[AlbRegistry]:
    registry = AlbRegistry(aws.api, TimeScale(0.0, shortest=0.001))
    yield registry
    await registry.stop()


async def test_every_group_has_an_endpoint(registry: AlbRegistry, elb: FakeElb) -> None:
    group = elb.add_group()

    await registry.synchronise(CALLER)

    async with asyncio.timeout(10):
        _, writer = await asyncio.open_connection("127.0.0.1", registry.port(group))
    writer.close()


async def test_groups_are_refreshed_until_it_is_stopped(
    registry: AlbRegistry, elb: FakeElb
) -> None:
    group = elb.add_group()
    elb.add_listener(group)
    await registry.synchronise(CALLER)

    await registry.start()
    async with serving(Target("a")) as target:
        elb.targets[group] = [{"Id": "127.0.0.1", "Port": target.port}]
        (served,) = registry.groups()
        async with asyncio.timeout(10):
            while served.count(State.HEALTHY) != 1:
                await asyncio.sleep(0.001)

    await registry.stop()
    assert registry.groups() == []
