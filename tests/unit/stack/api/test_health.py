from dataclasses import replace

import psycopg
import pytest

from stack.api.app import create_app
from stack.api.database import Database, ServerStatus
from stack.api.settings import Settings
from tests.unit.stack.api.conftest import DATABASE
from tests.unit.stack.api.postgresql import HOST_NAME, PostgresServer
from tests.unit.stack.api.service import TASK_ID, Service, call, running_service


class FailingDatabase(Database):
    """Stands for a database that answers the question with an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__({})
        self.error = error

    async def server_status(self, *, timeout: float) -> ServerStatus:
        raise self.error


def test_alive_without_a_database(unreachable: Settings) -> None:
    with running_service(unreachable) as service:
        response = service.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "task_id": TASK_ID})


def test_not_ready_without_a_database(unreachable: Settings) -> None:
    response = call(create_app(unreachable, task_id="t-1"), "GET", "/readyz")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json() == {
        "status": "unavailable",
        "task_id": "t-1",
        "reason": "the database has not been reached yet",
    }


def test_not_ready_says_why_without_names_or_addresses(unreachable: Settings) -> None:
    error = psycopg.OperationalError('10.0.3.4: password authentication failed for user "catalog"')
    app = create_app(unreachable, task_id="t-1", database=FailingDatabase(error))
    response = call(app, "GET", "/readyz")
    assert response.status_code == 503
    assert response.json()["reason"] == "the database refuses the credentials"
    assert "10.0.3.4" not in response.text


def test_a_bug_s_answer_names_the_task_too(unreachable: Settings) -> None:
    app = create_app(unreachable, task_id="t-1", database=FailingDatabase(LookupError("bug")))
    response = call(app, "GET", "/readyz", headers={"X-Request-Id": "r-1"})
    assert response.status_code == 500
    assert (response.headers["x-task-id"], response.headers["x-request-id"]) == ("t-1", "r-1")
    assert "bug" not in response.text


def test_ready_tells_the_server_s_version(postgres: PostgresServer, service: Service) -> None:
    response = service.get("/readyz")
    version = postgres.installation.version
    expected = {"server_version": version, "tls": False, "tls_version": None}
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "task_id": TASK_ID, "database": expected}


def test_ready_tells_whether_the_connection_uses_tls(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not postgres.tls:
        pytest.skip("no openssl to make a certificate with, or a server without TLS")
    monkeypatch.setenv("PGSSLROOTCERT", str(postgres.certificate))
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    settings = postgres.settings(DATABASE, db_host=HOST_NAME, sslmode="verify-full")
    with running_service(settings) as service:
        service.wait_until_ready()
        database = service.get("/readyz").json()["database"]
    assert database["tls"] is True
    assert database["tls_version"].startswith("TLSv1.")


def test_a_dropped_table_is_not_ready(postgres: PostgresServer, service: Service) -> None:
    postgres.query("ALTER TABLE products RENAME TO hidden", database=DATABASE)
    response = service.get("/readyz")
    postgres.query("ALTER TABLE hidden RENAME TO products", database=DATABASE)
    assert response.status_code == 503
    assert response.json()["reason"] == "the schema is not there: the table was dropped"


def test_a_wrong_password_is_not_ready_and_in_no_answer(postgres: PostgresServer) -> None:
    settings = replace(postgres.settings(DATABASE), db_password="wrong-pa55word")
    with running_service(settings) as service:
        seen = {service.get(path).text for path in ("/readyz", "/products", "/healthz")}
    assert not any("wrong-pa55word" in text for text in seen)
    assert any('"status":"unavailable"' in text for text in seen)
