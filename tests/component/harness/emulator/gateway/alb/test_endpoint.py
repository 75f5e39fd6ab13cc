import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from harness.emulator.gateway.alb import endpoint as endpoint_module
from harness.emulator.gateway.alb.endpoint import Endpoint
from harness.emulator.gateway.alb.target import TargetGroupConfig
from harness.emulator.gateway.alb.target_group import TargetGroup
from tests.component.harness.emulator.gateway.alb.http_targets import Target, serving, unused_port
from tests.unit.harness.emulator.gateway.alb.sample_target_group import (
    LOOPBACK,
    UNCHECKED,
    group_of,
    register,
)
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

pytestmark = pytest.mark.anyio

REQUEST = b"GET /x HTTP/1.1\r\nHost: lb\r\n\r\n"


@asynccontextmanager
async def open_endpoint(
    aws: FakeAws, configuration: TargetGroupConfig = UNCHECKED
) -> AsyncIterator[tuple[Endpoint, TargetGroup]]:
    async with group_of(aws, configuration) as group:
        await group.refresh()
        endpoint = Endpoint(group)
        await endpoint.open()
        try:
            yield endpoint, group
        finally:
            await endpoint.close()


async def exchange(endpoint: Endpoint, request: bytes = REQUEST) -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, endpoint.port)
    writer.write(request)
    await writer.drain()
    async with asyncio.timeout(10):
        response = await reader.read()
    writer.close()
    await writer.wait_closed()
    return response


async def test_requests_are_forwarded_in_round_robin(aws: FakeAws) -> None:
    async with serving(Target("a")) as one, serving(Target("b")) as two:
        register(aws, one.port, two.port)
        async with open_endpoint(aws) as (endpoint, group):
            responses = [await exchange(endpoint) for _ in range(4)]

    assert sorted(response[-1:] for response in responses) == [b"a", b"a", b"b", b"b"]
    assert responses[0] == responses[2]
    assert one.received == [REQUEST] * 2
    assert group.responses == {"2xx": 4}


async def test_large_bodies_pass(aws: FakeAws) -> None:
    body = b"x" * 1_000_000
    request = b"POST / HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n" + body
    async with serving(Target("a")) as target:
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            await exchange(endpoint, request)

    assert target.received == [request]


async def test_a_group_without_targets_is_503(aws: FakeAws) -> None:
    register(aws)
    async with open_endpoint(aws) as (endpoint, group):
        response = await exchange(endpoint)

    assert response.startswith(b"HTTP/1.1 503 Service Temporarily Unavailable\r\n")
    assert b"Server: awselb/2.0" in response
    assert group.responses == {"elb-503": 1}


async def test_the_first_target_receives_requests_at_once(aws: FakeAws) -> None:
    register(aws)
    async with serving(Target("a")) as target, open_endpoint(aws) as (endpoint, _):
        register(aws, target.port)

        assert (await exchange(endpoint)).endswith(b"a")


async def test_a_registered_target_that_refuses_is_502(aws: FakeAws) -> None:
    register(aws, await unused_port())
    async with open_endpoint(aws) as (endpoint, group):
        response = await exchange(endpoint)

    assert response.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert group.responses == {"elb-502": 1}


async def test_a_target_deregistered_in_that_moment_is_skipped(aws: FakeAws) -> None:
    ended = await unused_port()
    async with serving(Target("a")) as target:

        def registered(_: object) -> dict[str, object]:
            calls = len(aws.calls)
            ports = [ended] if calls == 1 else [target.port]
            targets = [{"Target": {"Id": LOOPBACK, "Port": port}} for port in ports]
            return {"TargetHealthDescriptions": targets}

        aws.responses["DescribeTargetHealth"] = registered
        async with open_endpoint(aws) as (endpoint, _):
            response = await exchange(endpoint)

    assert response.endswith(b"a")


async def test_a_target_that_closes_without_a_response_is_502(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.raw = b""
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            response = await exchange(endpoint)

    assert response.startswith(b"HTTP/1.1 502 ")


async def test_a_target_that_does_not_respond_is_504(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.delayed = True
        register(aws, target.port)
        async with open_endpoint(aws, replace(UNCHECKED, idle_seconds=0.02)) as (endpoint, group):
            response = await exchange(endpoint)

    assert response.startswith(b"HTTP/1.1 504 Gateway Time-out\r\n")
    assert group.responses == {"elb-504": 1}


async def test_a_target_that_cannot_be_reached_in_time_is_504(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_module, "_CONNECT_SECONDS", 0.0)
    async with serving(Target("a")) as target:
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            response = await exchange(endpoint)

    assert response.startswith(b"HTTP/1.1 504 ")


async def test_an_incomplete_response_is_passed_on(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.raw = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            response = await exchange(endpoint)

    assert response == target.raw


async def test_the_connection_to_the_target_ends_with_the_client(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.delayed = True
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, group):
            _, writer = await asyncio.open_connection(LOOPBACK, endpoint.port)
            writer.write(REQUEST)
            await writer.drain()
            async with asyncio.timeout(10):
                while not target.received:
                    await asyncio.sleep(0.001)
            writer.close()
            await writer.wait_closed()

    assert sum(group.responses.values()) == 0


async def test_closing_cancels_open_connections(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.delayed = True
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            reader, writer = await asyncio.open_connection(LOOPBACK, endpoint.port)
            writer.write(REQUEST)
            async with asyncio.timeout(10):
                while not target.received:
                    await asyncio.sleep(0.001)
            await endpoint.close()
            async with asyncio.timeout(10):
                assert await reader.read() == b""
            writer.close()


async def test_it_listens_on_loopback_only(aws: FakeAws) -> None:
    register(aws)
    async with open_endpoint(aws) as (endpoint, _):
        assert endpoint._server is not None
        assert [each.getsockname()[0] for each in endpoint._server.sockets] == [LOOPBACK]
