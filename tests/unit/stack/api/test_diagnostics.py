from typing import Any

import pytest

from stack.api.app import create_app
from stack.api.settings import Settings
from tests.unit.stack.api.asgi import call

PATH = "/diagnostics/request"


def ask(settings: Settings, method: str = "GET", query: str = "", **kwargs: Any) -> dict[str, Any]:
    response = call(create_app(settings, task_id="t"), method, f"{PATH}{query}", **kwargs)
    assert response.status_code == 200
    told: dict[str, Any] = response.json()
    return told


def test_query_parameters_are_told_whole_and_in_order(unreachable: Settings) -> None:
    told = ask(unreachable, query="?b=2&a=1&b=3&empty=&q=r%C3%B6d%20bok")
    expected = [["b", "2"], ["a", "1"], ["b", "3"], ["empty", ""], ["q", "röd bok"]]
    assert told["query"] == expected


def test_headers_and_cookies_are_told_by_name_only(unreachable: Settings) -> None:
    headers = {
        "Authorization": "Bearer s3cr3t",
        "Cookie": "session=s3cr3t; theme=s3cr3t",
        "X-Forwarded-For": "192.0.2.7",
    }
    told = ask(unreachable, headers=headers)
    assert {"authorization", "cookie", "host", "x-forwarded-for"} <= set(told["header_names"])
    assert told["cookie_names"] == ["session", "theme"]
    assert "s3cr3t" not in str(told)
    assert "192.0.2.7" not in str(told)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (False, False)),
        ({"X-Forwarded-For": "192.0.2.7"}, (True, False)),
        ({"X-Forwarded-Proto": "https"}, (False, True)),
    ],
)
def test_what_the_load_balancer_adds_is_told(
    unreachable: Settings, headers: dict[str, str], expected: tuple[bool, bool]
) -> None:
    told = ask(unreachable, headers=headers)
    assert (told["x_forwarded_for"], told["x_forwarded_proto"]) == expected


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_that_cloudfront_lets_through_is_answered(
    unreachable: Settings, method: str
) -> None:
    told = ask(unreachable, method)
    assert (told["method"], told["path"]) == (method, PATH)
