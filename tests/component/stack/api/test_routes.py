from typing import Any

import pytest
import requests

from stack.api.database import Database, connection_parameters
from tests.component.stack.api.conftest import DATABASE
from tests.component.stack.api.postgresql import PostgresServer
from tests.component.stack.api.service import Service, running_service
from tests.unit.stack.api.sample_product import BOOK


def create(service: Service, **changes: Any) -> dict[str, Any]:
    response = service.post("/products", json=BOOK | changes)
    assert response.status_code == 201, response.text
    product: dict[str, Any] = response.json()
    return product


def skus(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["sku"] for item in response.json()["items"]]


class TestCreate:
    def test_the_response_is_the_product_with_its_location(self, service: Service) -> None:
        response = service.post("/products", json=BOOK)
        product = response.json()
        assert response.status_code == 201
        assert response.headers["location"] == f"/products/{product['id']}"
        assert product["created_at"] == product["updated_at"]
        assert {key: product[key] for key in BOOK} == BOOK
        assert service.get(response.headers["location"]).json() == product

    def test_an_existing_sku_is_a_conflict(self, service: Service) -> None:
        create(service)
        response = service.post("/products", json=BOOK | {"name": "Another"})
        assert response.status_code == 409
        assert "BK-1" in response.json()["detail"]
        assert service.get("/products").json()["total"] == 1

    def test_the_row_can_be_read_by_sql(self, service: Service, postgres: PostgresServer) -> None:
        create(service)
        rows = postgres.query("SELECT sku, price::text FROM products", database=DATABASE)
        assert rows == [("BK-1", "19.90")]

    def test_sql_in_a_value_is_not_executed(self, service: Service) -> None:
        name = "'); DROP TABLE products; --"
        assert create(service, name=name)["name"] == name
        assert service.get("/products").json()["total"] == 1


class TestList:
    def test_an_empty_catalog_is_an_empty_page(self, service: Service) -> None:
        expected = {"items": [], "total": 0, "limit": 20, "offset": 0}
        assert service.get("/products").json() == expected

    def test_a_row_written_by_sql_is_listed(
        self, service: Service, postgres: PostgresServer
    ) -> None:
        postgres.query(
            "INSERT INTO products (sku, name, category, price) VALUES ('å b', 'n', 'c', 1)",
            database=DATABASE,
        )
        (item,) = service.get("/products").json()["items"]
        assert (item["sku"], item["price"], item["currency"]) == ("å b", "1.00", "EUR")

    def test_pages_are_consecutive(self, service: Service) -> None:
        for number in range(5):
            create(service, sku=f"S{number}")
        first = service.get("/products", params={"limit": 2})
        last = service.get("/products", params={"limit": 2, "offset": 4})
        beyond = service.get("/products", params={"limit": 2, "offset": 6})
        assert (skus(first), skus(last), skus(beyond)) == (["S0", "S1"], ["S4"], [])
        assert {page.json()["total"] for page in (first, last, beyond)} == {5}

    @pytest.mark.parametrize("text", ["röd", "RÖD BOK", "paper", "bk-1"])
    def test_a_search_finds_name_description_and_sku_in_any_case(
        self, service: Service, text: str
    ) -> None:
        create(service)
        create(service, sku="X", name="Blue", description="")
        assert skus(service.get("/products", params={"q": text})) == ["BK-1"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [("0%", ["BK-1"]), ("_", ["A_B"]), ("\\", ["BACK"]), ("%", ["BK-1"]), ("", 3)],
    )
    def test_wildcards_in_a_search_are_literal(
        self, service: Service, text: str, found: list[str] | int
    ) -> None:
        create(service)
        create(service, sku="A_B", description="")
        create(service, sku="BACK", description="a\\b")
        response = service.get("/products", params={"q": text})
        assert found in (skus(response), response.json()["total"])

    def test_the_category_is_matched_exactly(self, service: Service) -> None:
        create(service)
        create(service, sku="T", category="books and toys")
        response = service.get("/products", params={"category": "books"})
        assert (skus(response), response.json()["total"]) == (["BK-1"], 1)

    def test_search_and_category_are_combined(self, service: Service) -> None:
        create(service)
        create(service, sku="T", category="toys")
        parameters = {"q": "röd", "category": "toys"}
        assert skus(service.get("/products", params=parameters)) == ["T"]


class TestUpdate:
    def test_every_field_is_replaced(self, service: Service) -> None:
        old = create(service)
        changed = {"sku": "BK-2", "name": "Blå", "category": "art", "price": "5.00"}
        response = service.put(f"/products/{old['id']}", json=changed)
        new = response.json()
        assert response.status_code == 200
        assert {key: new[key] for key in changed} == changed
        assert (new["description"], new["currency"]) == ("", "EUR")
        assert new["created_at"] == old["created_at"] < new["updated_at"]
        assert service.get(f"/products/{old['id']}").json() == new

    def test_the_response_of_get_can_be_sent_back(self, service: Service) -> None:
        product = create(service)
        response = service.put(f"/products/{product['id']}", json=product | {"price": "1.00"})
        assert (response.status_code, response.json()["price"]) == (200, "1.00")

    def test_the_sku_of_another_product_is_a_conflict(self, service: Service) -> None:
        create(service, sku="FIRST")
        second = create(service, sku="SECOND")
        response = service.put(f"/products/{second['id']}", json=BOOK | {"sku": "FIRST"})
        assert response.status_code == 409
        assert service.get(f"/products/{second['id']}").json() == second


class TestDelete:
    def test_a_deleted_product_is_gone(self, service: Service) -> None:
        path = f"/products/{create(service)['id']}"
        response = service.delete(path)
        assert (response.status_code, response.content) == (204, b"")
        assert service.get(path).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_id_is_not_found(service: Service, method: str) -> None:
    response = service.request(method, "/products/999", json=BOOK)
    assert response.status_code == 404
    assert "999" in response.json()["detail"]


def test_a_lock_timeout_is_503_and_the_connection_is_reused(
    postgres: PostgresServer,
) -> None:
    settings = postgres.settings(DATABASE)
    impatient = connection_parameters(settings, "t") | {"options": "-c lock_timeout=50ms"}
    with running_service(settings, Database(impatient)) as service:
        service.wait_until_ready()
        with postgres.locked("products", database=DATABASE):
            statuses = [service.get("/products").status_code for _ in range(6)]
        assert statuses == [503] * 6
        assert service.get("/products").status_code == 200
