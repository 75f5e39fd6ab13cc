import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from harness.core.errors import EmulatorError
from harness.emulator.gateway.http import (
    Request,
    Response,
    header_of,
    read_request,
    send_request,
)

pytestmark = pytest.mark.anyio


def receiving(*messages: Message) -> Receive:
    pending = list(messages)

    async def receive() -> Message:
        return pending.pop(0)

    return receive


def chunk(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


SCOPE: Scope = {
    "type": "http",
    "method": "PUT",
    "path": "/a b",
    "query_string": b"x=1",
    "headers": [(b"Host", b"here"), (b"host", b"there")],
}


async def test_a_request_is_read_completely() -> None:
    request = await read_request(SCOPE, receiving(chunk(b"ab", more=True), chunk(b"c")))

    assert request.body == b"abc"
    assert (request.method, request.path, request.query) == ("PUT", "/a b", "x=1")
    assert request.header("host") == "here"


async def test_a_client_that_disconnects_raises_an_error() -> None:
    with pytest.raises(ClientDisconnect):
        await read_request(SCOPE, receiving(chunk(b"ab", more=True), {"type": "http.disconnect"}))


async def test_a_request_that_is_too_large_is_an_error() -> None:
    with pytest.raises(EmulatorError, match="of 5 bytes; the largest is 3"):
        await read_request(SCOPE, receiving(chunk(b"abcd", more=True), chunk(b"e")), largest=3)


def test_another_body_sets_its_length() -> None:
    request = Request("POST", "/", headers=(("content-length", "9"), ("a", "b")))

    assert request.with_body(b"xy").headers == (("a", "b"), ("content-length", "2"))


def test_a_missing_header_is_empty() -> None:
    assert Request("GET", "/").header("x") == ""
    assert Response(200).header("x") == ""
    assert header_of(SCOPE, b"x") == ""


@pytest.mark.parametrize(("status", "ok"), [(200, True), (204, True), (301, False), (400, False)])
def test_only_results_are_ok(status: int, ok: bool) -> None:
    assert Response(status).ok is ok


async def test_a_request_returns_the_complete_response() -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = [(b"X-Path", scope["raw_path"]), (b"X-Query", scope["query_string"])]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"got ", "more_body": True})
        await send({"type": "http.response.body", "body": message["body"]})

    response = await send_request(echo, Request("POST", "/a b", query="q=ü", body=b"this"))

    assert response.status == 201
    assert response.body == b"got this"
    assert response.header("x-path") == "/a%20b"
    assert response.header("x-query") == "q=ü"


async def test_an_application_without_a_response_is_a_server_error() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        pass

    assert (await send_request(silent, Request("GET", "/"))).status == 500


async def test_a_response_is_sent_with_its_true_length() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await Response(200, headers=(("content-length", "99"),), body=b"abc").send(send)

    assert sent[0]["headers"] == [(b"content-length", b"3")]
    assert sent[1]["body"] == b"abc"
