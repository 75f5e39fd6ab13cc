import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from stack.api.database import Database, connection_parameters
from stack.api.errors import DatabaseUnavailableError
from stack.api.settings import Settings
from tests.component.stack.api.conftest import DATABASE
from tests.component.stack.api.postgresql import PASSWORD, PostgresServer
from tests.component.stack.api.service import Service


class EnoughError(Exception):
    """Ends an endless loop."""


def enough() -> None:
    raise EnoughError


class Pauses:
    """Records the pauses instead of sleeping, and calls a function at the last one."""

    def __init__(self, count: int, *, then: Callable[[], None] = enough) -> None:
        self.seconds: list[float] = []
        self.count = count
        self.then = then

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self.count:
            self.then()


@asynccontextmanager
async def closing(*databases: Database) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for database in databases:
            await database.close()


async def reason_of(database: Database) -> str:
    with pytest.raises(DatabaseUnavailableError) as caught:
        async with database.connection():
            pass
    return str(caught.value)


class TestPrepare:
    def test_a_database_that_is_down_is_retried_with_growing_pauses(
        self, unreachable: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        pauses = Pauses(9)
        database = Database(connection_parameters(unreachable, "t"), pause=pauses)

        async def prepare() -> str:
            async with closing(database):
                with pytest.raises(EnoughError):
                    await database.prepare()
                return await reason_of(database)

        caplog.set_level(logging.WARNING)
        reason = asyncio.run(prepare())
        assert pauses.seconds == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5])
        assert reason == "the schema does not exist: the database refuses connections"
        (record,) = caplog.records  # the same error is logged once
        assert "Connection refused" in record.getMessage()
        assert "never-to-be-seen" not in caplog.text

    def test_a_database_that_starts_later_is_used(
        self, postgres: PostgresServer, empty_database: str
    ) -> None:
        postgres.stop()
        pauses = Pauses(2, then=postgres.start)
        settings = postgres.settings(empty_database)
        database = Database(connection_parameters(settings, "t"), pause=pauses)

        async def prepare() -> bool:
            async with closing(database):
                await database.prepare()
                return (await database.server_status(timeout=10)).tls

        assert asyncio.run(prepare()) is False
        assert len(pauses.seconds) == 2

    def test_tasks_that_start_at_once_create_one_schema(
        self, postgres: PostgresServer, empty_database: str
    ) -> None:
        parameters = connection_parameters(postgres.settings(empty_database), "t")
        databases = [Database(parameters) for _ in range(8)]

        async def prepare() -> None:
            async with closing(*databases):
                await asyncio.gather(*(database.prepare() for database in databases))
                for database in databases:
                    await database.server_status(timeout=10)

        asyncio.run(prepare())
        tables = postgres.query("SELECT relname FROM pg_stat_user_tables", database=empty_database)
        assert tables == [("products",)]

    def test_an_existing_schema_is_unchanged(
        self, service: Service, postgres: PostgresServer
    ) -> None:
        postgres.query(
            "INSERT INTO products (sku, name, category, price) VALUES ('a', 'n', 'c', 1)",
            database=DATABASE,
        )
        database = Database(connection_parameters(postgres.settings(DATABASE), "t"))

        async def prepare() -> None:
            async with closing(database):
                await database.prepare()

        asyncio.run(prepare())
        assert postgres.query("SELECT count(*) FROM products", database=DATABASE) == [(1,)]

    def test_a_missing_privilege_is_logged_and_not_retried(
        self,
        postgres: PostgresServer,
        empty_database: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        postgres.query("CREATE ROLE reader LOGIN PASSWORD 'readers-own'", database="postgres")
        postgres.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database=empty_database)
        settings = postgres.settings(empty_database)
        settings = replace(settings, db_username="reader", db_password="readers-own")
        database = Database(connection_parameters(settings, "t"), pause=Pauses(1))

        async def prepare() -> str:
            async with closing(database):
                await database.prepare()
                return await reason_of(database)

        try:
            assert "InsufficientPrivilege" in asyncio.run(prepare())
        finally:
            postgres.query("DROP ROLE reader", database="postgres")
        assert [record.levelname for record in caplog.records] == ["ERROR"]

    def test_tls_is_required_by_default(self, postgres: PostgresServer) -> None:
        settings = postgres.settings(DATABASE, sslmode=Settings.sslmode)
        database = Database(connection_parameters(settings, "t"), pause=Pauses(1))

        async def prepare() -> str:
            async with closing(database):
                with pytest.raises(EnoughError):
                    await database.prepare()
                return await reason_of(database)

        with postgres.without_tls():
            assert "cannot be encrypted" in asyncio.run(prepare())

    def test_a_wrong_password_is_logged_without_the_password(
        self, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings = replace(postgres.settings(DATABASE), db_password=f"{PASSWORD}x")
        database = Database(connection_parameters(settings, "t"), pause=Pauses(1))

        async def prepare() -> str:
            async with closing(database):
                with pytest.raises(EnoughError):
                    await database.prepare()
                return await reason_of(database)

        assert "rejects the credentials" in asyncio.run(prepare())
        assert PASSWORD not in caplog.text


def test_after_a_restart_of_the_database_no_request_fails(
    service: Service, postgres: PostgresServer
) -> None:
    assert service.get("/products").status_code == 200
    postgres.stop()
    postgres.start()
    assert service.get("/products").status_code == 200
    assert service.get("/readyz").status_code == 200


def test_while_the_database_is_down_the_service_is_alive_but_not_ready(
    service: Service, postgres: PostgresServer
) -> None:
    postgres.stop()
    try:
        ready, alive = service.get("/readyz"), service.get("/healthz")
    finally:
        postgres.start()
    assert (ready.status_code, alive.status_code) == (503, 200)
    service.wait_until_ready()


def test_the_sessions_of_the_database_have_the_task_id(
    service: Service, postgres: PostgresServer
) -> None:
    sessions = postgres.query("SELECT application_name FROM pg_stat_activity", database=DATABASE)
    assert ("catalog-api 0123456789abcdef0123456789abcdef",) in sessions
