from dataclasses import replace

import pytest

from stack.api.settings import Settings
from tests.component.stack.api.conftest import DATABASE
from tests.component.stack.api.postgresql import HOST_NAME, PostgresServer
from tests.component.stack.api.service import TASK_ID, Service, running_service


def test_alive_without_a_database(unreachable: Settings) -> None:
    with running_service(unreachable) as service:
        response = service.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "task_id": TASK_ID})


def test_ready_has_the_version_of_the_server(postgres: PostgresServer, service: Service) -> None:
    response = service.get("/readyz")
    version = postgres.installation.version
    expected = {"server_version": version, "tls": False, "tls_version": None}
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "task_id": TASK_ID, "database": expected}


def test_ready_has_the_tls_version_of_the_connection(
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
    assert response.json()["reason"] == "the schema does not exist: the table was dropped"


def test_with_a_wrong_password_it_is_not_ready_and_no_response_has_the_password(
    postgres: PostgresServer,
) -> None:
    settings = replace(postgres.settings(DATABASE), db_password="wrong-pa55word")
    with running_service(settings) as service:
        responses = {service.get(path).text for path in ("/readyz", "/products", "/healthz")}
    assert not any("wrong-pa55word" in text for text in responses)
    assert any('"status":"unavailable"' in text for text in responses)
