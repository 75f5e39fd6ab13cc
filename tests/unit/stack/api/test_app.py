import pytest

from stack.api.app import create_app
from stack.api.settings import Settings
from tests.unit.stack.api.conftest import call


@pytest.mark.parametrize("path", ["/products/", "/nowhere", "/"])
def test_an_unknown_path_is_not_found_and_never_redirected(
    unreachable: Settings, path: str
) -> None:
    response = call(create_app(unreachable, task_id="t"), "GET", path)
    assert response.status_code == 404
    assert response.headers["x-task-id"] == "t"


def test_the_openapi_description_has_all_routes(unreachable: Settings) -> None:
    response = call(create_app(unreachable, task_id="t"), "GET", "/openapi.json")
    assert {"/products", "/products/{product_id}", "/healthz", "/readyz"} == set(
        response.json()["paths"]
    )
