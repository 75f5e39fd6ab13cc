import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from starlette.types import Message, Send

from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.http import Collector, Request, Response
from harness.emulator.gateway.repeated_calls import RepeatedCalls

pytestmark = pytest.mark.anyio

CALLER = Signature("AKIA1", "eu-north-1", "ec2")
CREATE = Request(
    "POST", "/", headers=(("amz-sdk-invocation-id", "1-2"),), body=b"Action=CreateSubnet"
)


class Service:
    """Counts the calls that it serves; the first ones may be errors, or wait."""

    def __init__(self, *statuses: int) -> None:
        self.served = 0
        self._statuses = list(statuses)
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, send: Send) -> None:
        self.served += 1
        number = self.served
        status = self._statuses.pop(0) if self._statuses else 200
        await self.may_end.wait()
        await Response(status, body=f"subnet-{number}".encode()).send(send)


Serve = Callable[[Send], Awaitable[None]]


async def call(
    repeated: RepeatedCalls,
    serve: Serve,
    request: Request = CREATE,
    signature: Signature = CALLER,
    operation: str = "CreateSubnet",
) -> tuple[int, bytes]:
    collector = Collector()
    await repeated.serve(request, signature, collector.send, operation=operation, serve=serve)
    return collector.response.status, collector.response.body


async def test_a_repeated_call_is_served_once_and_has_the_same_response() -> None:
    repeated, service = RepeatedCalls(), Service()

    first = await call(repeated, service)
    second = await call(repeated, service)

    assert first == second == (200, b"subnet-1")
    assert service.served == 1


async def test_a_repeated_call_waits_for_the_first_attempt() -> None:
    repeated, service = RepeatedCalls(), Service()
    service.may_end.clear()
    attempts = [asyncio.create_task(call(repeated, service)) for _ in range(3)]
    await asyncio.sleep(0)
    service.may_end.set()

    assert await asyncio.gather(*attempts) == [(200, b"subnet-1")] * 3
    assert service.served == 1


async def test_the_response_is_kept_when_the_client_of_the_first_attempt_is_gone() -> None:
    repeated, service = RepeatedCalls(), Service()

    async def gone(_: Message) -> None:
        """Discard the message, as the server does after a disconnect."""

    await repeated.serve(CREATE, CALLER, gone, operation="CreateSubnet", serve=service)

    assert await call(repeated, service) == (200, b"subnet-1")


async def test_after_an_error_a_call_is_served_again() -> None:
    repeated, service = RepeatedCalls(), Service(503, 400)

    results = [await call(repeated, service) for _ in range(4)]

    assert [status for status, _ in results] == [503, 400, 200, 200]
    assert service.served == 3


async def test_after_an_exception_a_call_is_served_again() -> None:
    repeated, service = RepeatedCalls(), Service()

    async def broken(_: Send) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await call(repeated, broken)

    assert await call(repeated, service) == (200, b"subnet-1")


@pytest.mark.parametrize(
    ("request_", "signature", "operation"),
    [
        (replace(CREATE, headers=(("amz-sdk-invocation-id", "3-4"),)), CALLER, "CreateSubnet"),
        (replace(CREATE, body=b"Action=CreateSubnet&x=1"), CALLER, "CreateSubnet"),
        (replace(CREATE, path="/other"), CALLER, "CreateSubnet"),
        (CREATE, replace(CALLER, access_key="AKIA2"), "CreateSubnet"),
    ],
    ids=["invocation", "body", "path", "caller"],
)
async def test_another_call_is_served(
    request_: Request, signature: Signature, operation: str
) -> None:
    repeated, service = RepeatedCalls(), Service()
    await call(repeated, service)

    assert await call(repeated, service, request_, signature, operation) == (200, b"subnet-2")


@pytest.mark.parametrize(
    ("request_", "operation"),
    [
        (CREATE, "DescribeSubnets"),
        (CREATE, "GetSecretValue"),
        (replace(CREATE, method="GET"), ""),
        (replace(CREATE, headers=()), "CreateSubnet"),
    ],
    ids=["describe", "get", "method", "no invocation"],
)
async def test_reads_and_calls_without_an_invocation_are_served_each_time(
    request_: Request, operation: str
) -> None:
    repeated, service = RepeatedCalls(), Service()

    for _ in range(2):
        await call(repeated, service, request_, operation=operation)

    assert service.served == 2


async def test_only_the_last_calls_are_kept() -> None:
    repeated, service = RepeatedCalls(), Service()
    for number in range(257):
        headers = (("amz-sdk-invocation-id", str(number)),)
        await call(repeated, service, replace(CREATE, headers=headers))

    await call(repeated, service, replace(CREATE, headers=(("amz-sdk-invocation-id", "0"),)))
    assert service.served == 258
    await call(repeated, service, replace(CREATE, headers=(("amz-sdk-invocation-id", "256"),)))
    assert service.served == 258
