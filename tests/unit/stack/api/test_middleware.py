import logging
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from stack.api.middleware import RequestContext
from tests.unit.stack.api.conftest import call


async def respond(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"Set-Cookie": "a=b", "X-Method": scope["method"]}
    response = PlainTextResponse("x", headers=headers)
    await response(scope, receive, send)


async def respond_cacheable(scope: Scope, receive: Receive, send: Send) -> None:
    response = PlainTextResponse("x", headers={"Cache-Control": "max-age=60"})
    await response(scope, receive, send)


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("broken")


def test_a_response_has_the_id_of_its_task() -> None:
    response = call(RequestContext(respond, task_id="t-1"), "GET", "/")
    assert response.headers["x-task-id"] == "t-1"
    assert response.headers["set-cookie"] == "a=b"


@pytest.mark.parametrize("given", ["abc-1", "Root=1-67891233-abcdef012345678912345678", "x" * 128])
def test_a_valid_request_id_is_returned(given: str) -> None:
    app = RequestContext(respond, task_id="t-1")
    response = call(app, "GET", "/", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "<script>", 'a"b'])
def test_any_other_request_id_is_replaced(given: str) -> None:
    app = RequestContext(respond, task_id="t-1")
    response = call(app, "GET", "/", headers={"X-Request-Id": given})
    assert len(response.headers["x-request-id"]) == 32
    assert response.headers["x-request-id"].isalnum()


def test_two_requests_without_an_id_get_different_ones() -> None:
    app = RequestContext(respond, task_id="t-1")
    first, second = (call(app, "GET", "/").headers["x-request-id"] for _ in range(2))
    assert first != second


def test_responses_are_not_cacheable_unless_the_route_allows_it() -> None:
    plain = call(RequestContext(respond, task_id="t"), "GET", "/")
    cacheable = call(RequestContext(respond_cacheable, task_id="t"), "GET", "/")
    assert plain.headers["cache-control"] == "no-store"
    assert cacheable.headers["cache-control"] == "max-age=60"


def test_head_is_routed_like_get() -> None:
    assert call(RequestContext(respond, task_id="t"), "HEAD", "/").headers["x-method"] == "GET"


def fields_logged(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = (record for record in caplog.records if record.name == "stack.api.requests")
    assert "secret" not in record.getMessage()
    fields: dict[str, Any] = record.__dict__["fields"]
    assert fields.pop("duration_ms") >= 0
    return fields


def test_each_request_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    call(RequestContext(respond, task_id="t"), "HEAD", "/products?token=secret")
    assert fields_logged(caplog) == {"method": "HEAD", "path": "/products", "status": 200}


def test_a_request_with_an_exception_is_logged_as_500(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    call(RequestContext(fail, task_id="t"), "GET", "/x")
    assert fields_logged(caplog)["status"] == 500
