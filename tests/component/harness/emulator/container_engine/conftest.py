import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from harness.emulator.container_engine.app import create_app
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.engine import Engine
from tests.component.harness.emulator.container_engine.docker_client import PORT, Docker
from tests.unit.harness.emulator.container_engine.script_image import ScriptImage


@pytest.fixture
def image() -> ScriptImage:
    return ScriptImage(port=PORT)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other accounts can enter, unlike the temporary folders of pytest."""
    with tempfile.TemporaryDirectory(prefix="catalog-engine-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def config(folder: Path) -> EngineConfig:
    return EngineConfig(socket=folder / "docker.sock", directory=folder / "engine")


@pytest.fixture
async def engine(config: EngineConfig, image: ScriptImage) -> AsyncIterator[Engine]:
    engine = Engine(config, (image,))
    yield engine
    await engine.close()


@pytest.fixture
async def docker(engine: Engine) -> AsyncIterator[Docker]:
    transport = httpx.ASGITransport(app=create_app(engine), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://docker/v1.47") as http:
        yield Docker(http)
