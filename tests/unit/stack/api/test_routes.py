from typing import Any

import pytest

from stack.api.app import create_app
from stack.api.settings import Settings
from tests.unit.stack.api.conftest import call
from tests.unit.stack.api.sample_product import BOOK


class TestValidation:
    @pytest.mark.parametrize(
        "body",
        [
            b"{not json",
            b"[]",
            b'{"sku": "\\ud800", "name": "x", "category": "c", "price": NaN}',
            b"\xff",
            b"",
        ],
    )
    def test_a_body_that_is_not_a_product_is_rejected(
        self, unreachable: Settings, body: bytes
    ) -> None:
        headers = {"Content-Type": "application/json"}
        app = create_app(unreachable, task_id="t")
        response = call(app, "POST", "/products", content=body, headers=headers)
        assert response.status_code in (400, 422)
        assert response.json()["detail"]

    def test_the_response_has_the_field_but_not_the_input(self, unreachable: Settings) -> None:
        app = create_app(unreachable, task_id="t")
        response = call(app, "POST", "/products", json=BOOK | {"price": "a lot"})
        (problem,) = response.json()["detail"]
        assert problem["loc"] == ["body", "price"]
        assert "a lot" not in response.text

    @pytest.mark.parametrize(
        "path",
        [
            "/products?limit=0",
            "/products?limit=101",
            "/products?offset=-1",
            "/products?offset=9223372036854775808",
            "/products?q=%00",
            "/products/0",
            "/products/9223372036854775808",
            "/products/one",
        ],
    )
    def test_an_invalid_number_is_rejected(self, unreachable: Settings, path: str) -> None:
        assert call(create_app(unreachable, task_id="t"), "GET", path).status_code == 422


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_without_a_database_the_response_is_503(unreachable: Settings, method: str) -> None:
    app = create_app(unreachable, task_id="t")
    response = call(app, method, "/products/1", json=BOOK)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"


PATH = "/diagnostics/request"


def describe(
    settings: Settings, method: str = "GET", query: str = "", **kwargs: Any
) -> dict[str, Any]:
    response = call(create_app(settings, task_id="t"), method, f"{PATH}{query}", **kwargs)
    assert response.status_code == 200
    description: dict[str, Any] = response.json()
    return description


def test_query_parameters_are_returned_with_values_and_in_order(unreachable: Settings) -> None:
    response = describe(unreachable, query="?b=2&a=1&b=3&empty=&q=r%C3%B6d%20bok")
    expected = [["b", "2"], ["a", "1"], ["b", "3"], ["empty", ""], ["q", "röd bok"]]
    assert response["query"] == expected


def test_only_the_names_of_headers_and_cookies_are_returned(unreachable: Settings) -> None:
    headers = {
        "Authorization": "Bearer s3cr3t",
        "Cookie": "session=s3cr3t; theme=s3cr3t",
        "X-Forwarded-For": "192.0.2.7",
    }
    response = describe(unreachable, headers=headers)
    assert {"authorization", "cookie", "host", "x-forwarded-for"} <= set(response["header_names"])
    assert response["cookie_names"] == ["session", "theme"]
    assert "s3cr3t" not in str(response)
    assert "192.0.2.7" not in str(response)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (False, False)),
        ({"X-Forwarded-For": "192.0.2.7"}, (True, False)),
        ({"X-Forwarded-Proto": "https"}, (False, True)),
    ],
)
def test_the_headers_of_the_load_balancer_are_detected(
    unreachable: Settings, headers: dict[str, str], expected: tuple[bool, bool]
) -> None:
    response = describe(unreachable, headers=headers)
    assert (response["x_forwarded_for"], response["x_forwarded_proto"]) == expected


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_that_cloudfront_forwards_is_accepted(
    unreachable: Settings, method: str
) -> None:
    response = describe(unreachable, method)
    assert (response["method"], response["path"]) == (method, PATH)
