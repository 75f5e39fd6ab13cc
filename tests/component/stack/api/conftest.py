from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

import pytest

from harness.core.errors import ToolNotFoundError
from tests.component.stack.api.postgresql import PostgresServer, running_postgres
from tests.component.stack.api.service import Service, running_service
from tests.unit.stack.api.conftest import unreachable

__all__ = ["unreachable"]

DATABASE = "catalog"


@pytest.fixture(scope="package")
def postgres() -> Iterator[PostgresServer]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except ToolNotFoundError as error:
            pytest.skip(f"no PostgreSQL: {error.message}")
        server.query("CREATE DATABASE catalog", database="postgres")
        yield server


@pytest.fixture(scope="package")
def shared_service(postgres: PostgresServer) -> Iterator[Service]:
    with running_service(postgres.settings(DATABASE)) as service:
        service.wait_until_ready()
        yield service


@pytest.fixture
def service(postgres: PostgresServer, shared_service: Service) -> Service:
    """The running service on an empty catalog."""
    postgres.query("TRUNCATE products RESTART IDENTITY", database=DATABASE)
    shared_service.cookies.clear()
    return shared_service


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    """Name of a database without any table."""
    name: LiteralString = "empty"
    postgres.query("CREATE DATABASE empty", database="postgres")
    yield name
    postgres.query("DROP DATABASE empty WITH (FORCE)", database="postgres")
