from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.engine import Engine
from tests.component.harness.emulator.container_engine.docker_client import Docker
from tests.unit.harness.emulator.container_engine.script_image import ScriptImage

pytestmark = pytest.mark.anyio
WRITER = "catalog.cluster-1.eu-north-1.rds.amazonaws.com"
ALIASED: dict[str, Any] = {
    "NetworkingConfig": {"EndpointsConfig": {"catalog-harness": {"Aliases": [WRITER]}}}
}


async def test_a_host_name_resolves_to_the_container_with_that_alias(
    docker: Docker, engine: Engine, image: ScriptImage
) -> None:
    await docker.create(name="database", **ALIASED)
    key = await docker.run(name="task")
    address = engine.find("database").address
    assert engine.resolve(WRITER) == engine.resolve(WRITER.upper() + ".") == address
    assert engine.resolve("database") == address
    assert engine.resolve(key[:12]) == engine.find("task").address
    assert engine.resolve("elsewhere.example") is None
    assert image.contexts[-1].resolve(WRITER) == address


async def test_a_database_keeps_its_address_when_its_container_is_replaced(
    docker: Docker, engine: Engine
) -> None:
    key = await docker.create(**ALIASED)
    address = engine.find(key).address
    await docker.http.delete(f"/containers/{key}")
    await docker.create(name="something-else")
    assert engine.find(await docker.create(**ALIASED)).address == address
    assert engine.find("something-else").address != address


async def test_two_engines_never_share_an_address(
    engine: Engine, config: EngineConfig, image: ScriptImage, folder: Path
) -> None:
    other = Engine(replace(config, directory=folder / "other"), (image,))
    assert not engine.network.subnet.overlaps(other.network.subnet)
    await other.close()


async def test_an_entry_point_may_be_a_string_or_a_list(docker: Docker) -> None:
    for entrypoint in ("program", ["program"]):
        key = await docker.create("argument", Entrypoint=entrypoint)
        found = await docker.inspect(key)
        assert (found["Path"], found["Args"]) == ("program", ["argument"])


async def test_mounts_and_the_file_of_the_authority_are_passed_to_the_image(
    config: EngineConfig, image: ScriptImage, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    engine = Engine(replace(config, ca_file=ca_file), (image,))
    body = {"Image": "example/script", "HostConfig": {"Binds": ["data:/data:rw"]}}
    container = await engine.create("", body)
    await engine.start(container)
    assert image.contexts[-1].mounts == {"/data": engine.volumes.folder("data")}
    assert image.contexts[-1].ca_file is None
    ca_file.touch()
    await engine.stop(container)
    await engine.start(container)
    assert image.contexts[-1].ca_file == ca_file
    await engine.close()


async def test_an_error_of_the_harness_is_returned_with_its_remedy(
    docker: Docker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(holder: str, aliases: object) -> str:
        raise EmulatorError("every address is taken", remedy="remove some containers")

    monkeypatch.setattr(engine.network, "attach", full)
    response = await docker.http.post("/containers/create", json={"Image": "example/script"})
    assert response.status_code == 500
    assert "remove some containers" in response.json()["message"]
    assert engine.containers == {}
