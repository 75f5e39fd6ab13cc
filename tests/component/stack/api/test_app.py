from stack.api.database import Database, connection_parameters
from stack.api.settings import Settings
from tests.component.stack.api.service import Service, running_service
from tests.component.stack.api.test_routes import create


def test_a_long_response_is_compressed_if_accepted(service: Service) -> None:
    create(service, description="x" * 500)
    compressed = service.get("/products", headers={"Accept-Encoding": "gzip"})
    plain = service.get("/products", headers={"Accept-Encoding": "identity"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in compressed.headers["vary"]
    assert "content-encoding" not in plain.headers
    assert compressed.json() == plain.json()


def test_a_short_response_is_not_compressed(service: Service) -> None:
    response = service.get("/products", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in response.headers


def test_head_has_the_headers_of_get_and_no_body(service: Service) -> None:
    response = service.head("/products")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == service.get("/products").headers["content-length"]


def test_stopping_closes_the_pool(unreachable: Settings) -> None:
    class Watched(Database):
        closed = False

        async def close(self) -> None:
            await super().close()
            self.closed = True

    database = Watched(connection_parameters(unreachable, "t"))
    with running_service(unreachable, database) as service:
        assert service.get("/healthz").ok
        assert not database.closed
    assert database.closed
