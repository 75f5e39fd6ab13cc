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
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_requests_reach_the_targets_in_turn(aws: FakeAws) -> None:
    async with serving(Target("a")) as one, serving(Target("b")) as two:
        register(aws, one.port, two.port)
        async with open_endpoint(aws) as (endpoint, group):
            answers = [await exchange(endpoint) for _ in range(4)]

    assert sorted(answer[-1:] for answer in answers) == [b"a", b"a", b"b", b"b"]
    assert answers[0] == answers[2]
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


async def test_nobody_registered_is_503(aws: FakeAws) -> None:
    register(aws)
    async with open_endpoint(aws) as (endpoint, group):
        answer = await exchange(endpoint)

    assert answer.startswith(b"HTTP/1.1 503 Service Temporarily Unavailable\r\n")
    assert b"Server: awselb/2.0" in answer
    assert group.responses == {"elb-503": 1}


async def test_a_registered_target_that_refuses_is_502(aws: FakeAws) -> None:
    register(aws, await unused_port())
    async with open_endpoint(aws) as (endpoint, group):
        answer = await exchange(endpoint)

    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert group.responses == {"elb-502": 1}


async def test_a_target_withdrawn_in_that_moment_was_never_asked(aws: FakeAws) -> None:
    gone = await unused_port()
    async with serving(Target("a")) as target:

        def registered(_: object) -> dict[str, object]:
            asked = len(aws.calls)
            ports = [gone] if asked == 1 else [target.port]
            targets = [{"Target": {"Id": LOOPBACK, "Port": port}} for port in ports]
            return {"TargetHealthDescriptions": targets}

        aws.answers["DescribeTargetHealth"] = registered
        async with open_endpoint(aws) as (endpoint, _):
            answer = await exchange(endpoint)

    assert answer.endswith(b"a")


async def test_a_target_that_closes_without_an_answer_is_502(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.raw = b""
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            answer = await exchange(endpoint)

    assert answer.startswith(b"HTTP/1.1 502 ")


async def test_a_target_that_says_nothing_is_504(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.patient = True
        register(aws, target.port)
        async with open_endpoint(aws, replace(UNCHECKED, idle_seconds=0.02)) as (endpoint, group):
            answer = await exchange(endpoint)

    assert answer.startswith(b"HTTP/1.1 504 Gateway Time-out\r\n")
    assert group.responses == {"elb-504": 1}


async def test_a_target_that_cannot_be_reached_in_time_is_504(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_module, "_CONNECT_SECONDS", 0.0)
    async with serving(Target("a")) as target:
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            answer = await exchange(endpoint)

    assert answer.startswith(b"HTTP/1.1 504 ")


async def test_an_answer_that_stops_half_way_ends_there(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.raw = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"
        register(aws, target.port)
        async with open_endpoint(aws) as (endpoint, _):
            answer = await exchange(endpoint)

    assert answer == target.raw


async def test_when_the_client_goes_the_target_is_let_go(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.patient = True
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


async def test_closing_ends_what_is_under_way(aws: FakeAws) -> None:
    async with serving(Target("a")) as target:
        target.patient = True
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
    async with open_endpoint(aws) as (endpoint, _):
        assert endpoint._server is not None
        assert [each.getsockname()[0] for each in endpoint._server.sockets] == [LOOPBACK]
