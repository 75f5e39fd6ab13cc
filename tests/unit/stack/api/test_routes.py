from typing import Any

import pytest

from stack.api.app import create_app
from stack.api.settings import Settings
from tests.unit.stack.api.asgi import call

BOOK: dict[str, Any] = {
    "sku": "BK-1",
    "name": "Röd bok",
    "description": "100% paper",
    "category": "books",
    "price": "19.90",
    "currency": "SEK",
}


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
    def test_a_body_that_is_no_product_is_refused(self, unreachable: Settings, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        app = create_app(unreachable, task_id="t")
        response = call(app, "POST", "/products", content=body, headers=headers)
        assert response.status_code in (400, 422)
        assert response.json()["detail"]

    def test_the_answer_names_the_field_but_not_the_input(self, unreachable: Settings) -> None:
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
    def test_a_number_that_cannot_be_is_refused(self, unreachable: Settings, path: str) -> None:
        assert call(create_app(unreachable, task_id="t"), "GET", path).status_code == 422


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_without_a_database_the_answer_is_503(unreachable: Settings, method: str) -> None:
    app = create_app(unreachable, task_id="t")
    response = call(app, method, "/products/1", json=BOOK)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
