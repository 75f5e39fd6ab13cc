import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.container import Container
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.postgres_image import PostgresImage
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
    find_local_postgres,
)
from harness.emulator.container_engine.postgres_wheel import PINS

ACCESS = {"POSTGRES_USER": "admin", "POSTGRES_PASSWORD": "s3cret-word", "POSTGRES_DB": 'cata"log'}


@pytest.fixture(scope="module")
def real() -> PostgresInstallation:
    for major in sorted(PINS, reverse=True):
        found = find_local_postgres(major)
        if found is not None:
            return found
    pytest.skip("no PostgreSQL on this machine, and unit tests download nothing")


@pytest.fixture
async def database(
    config: EngineConfig, real: PostgresInstallation
) -> AsyncIterator[tuple[Engine, Container]]:
    image = PostgresImage(real.major, installation=real)
    engine = Engine(replace(config, start_seconds=30), (image,))
    body = {
        "Image": f"postgres:{image.tag}",
        "Env": [f"{name}={value}" for name, value in ACCESS.items()],
        "HostConfig": {"Binds": ["data:/var/lib/postgresql/data"]},
    }
    yield engine, await engine.create("database", body)
    await engine.close()


def connect(container: Container, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host=container.address,
        user=ACCESS["POSTGRES_USER"],
        password=password,
        dbname=ACCESS["POSTGRES_DB"],
        connect_timeout=10,
    )


async def started(engine: Engine, container: Container) -> None:
    """Start a container, which returns at once, and wait for the server."""
    await engine.start(container)
    while not await container.image.is_ready(container.address, container.spec.environment):
        await asyncio.sleep(0.01)


@pytest.mark.anyio
async def test_a_real_server_keeps_its_data_and_requires_the_password(
    database: tuple[Engine, Container],
) -> None:
    engine, container = database
    await started(engine, container)
    with connect(container, ACCESS["POSTGRES_PASSWORD"]) as connection:
        connection.execute("CREATE TABLE product AS SELECT lower('ÄÖ') AS name")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(container, "wrong")
    await engine.stop(container)
    assert container.state.exit_code == 0
    await started(engine, container)
    with connect(container, ACCESS["POSTGRES_PASSWORD"]) as connection:
        assert connection.execute("SELECT name FROM product").fetchone() == ("äö",)
    assert not (container.root / "password").exists()
