import asyncio
import signal
import socket
from typing import Any

import psutil
import pytest

from harness.emulator.container_engine import lifecycle
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.processes import ChildProcess, spawn
from tests.component.harness.emulator.container_engine.docker_client import PORT, Docker
from tests.unit.harness.emulator.container_engine.script_image import FAIL, STUBBORN, ScriptImage

pytestmark = pytest.mark.anyio


async def test_preparations_complete_before_the_start(docker: Docker, image: ScriptImage) -> None:
    image.before = ("open('prepared', 'w').close()",)
    key = await docker.run("import os; raise SystemExit(int(os.path.exists('prepared')))")
    assert await docker.wait(key) == 1


async def test_a_failing_preparation_fails_the_start_with_its_output(
    docker: Docker, image: ScriptImage
) -> None:
    image.before = ("import sys; sys.exit('no space left')",)
    key = await docker.create(name="database")
    response = await docker.post(f"/containers/{key}/start")
    assert response.status_code == 500
    assert "failed to start container database" in response.json()["message"]
    assert "no space left" in response.json()["message"]
    state = (await docker.inspect(key))["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 128)
    assert "no space left" in state["Error"]


async def test_removal_during_preparation_ends_it(
    docker: Docker, engine: Engine, image: ScriptImage
) -> None:
    image.before = ("import time; time.sleep(600)",)
    key = await docker.create()
    starting = asyncio.create_task(docker.post(f"/containers/{key}/start"))
    container = engine.find(key)
    while container.preparing is None:
        await asyncio.sleep(0.01)
    await docker.http.delete(f"/containers/{key}")
    assert (await starting).status_code == 404
    assert container.process is None


async def test_removal_during_the_start_leaves_no_process(
    docker: Docker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await docker.create()
    spawned = []

    async def spawn_late(*arguments: Any) -> ChildProcess:
        process = await spawn(*arguments)
        spawned.append(process.pid)
        await docker.http.delete(f"/containers/{key}")
        return process

    monkeypatch.setattr(lifecycle, "spawn", spawn_late)
    assert (await docker.post(f"/containers/{key}/start")).status_code == 404
    assert not psutil.pid_exists(spawned[0])


async def test_a_start_in_the_background_returns_before_the_preparation_has_ended(
    docker: Docker, engine: Engine, image: ScriptImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "starts_in_background", True)
    image.before = ("import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)",)
    key = await docker.create()

    assert (await docker.post(f"/containers/{key}/start")).status_code == 204
    assert (await docker.inspect(key))["State"]["Status"] == "created"

    (engine.find(key).root / "go").touch()
    while not (await docker.inspect(key))["State"]["Running"]:
        await asyncio.sleep(0.01)
    assert (await docker.post(f"/containers/{key}/start")).status_code == 304


async def test_a_start_in_the_background_that_fails_ends_the_container(
    docker: Docker,
    image: ScriptImage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(image, "starts_in_background", True)
    image.before = ("import sys; sys.exit('no space left')",)
    key = await docker.create(name="database")

    assert (await docker.post(f"/containers/{key}/start")).status_code == 204
    while (state := (await docker.inspect(key))["State"])["Status"] == "created":
        await asyncio.sleep(0.01)

    assert (state["Status"], state["ExitCode"]) == ("exited", 128)
    assert "no space left" in state["Error"]
    assert b"no space left" in await docker.logs(key)
    (warning,) = (each for each in caplog.records if each.levelname == "WARNING")
    assert "failed to start container database" in warning.getMessage()
    assert "no space left" in warning.getMessage()


async def test_removal_ends_a_start_in_the_background(
    docker: Docker, engine: Engine, image: ScriptImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "starts_in_background", True)
    image.before = ("import time; time.sleep(600)",)
    key = await docker.create()
    await docker.post(f"/containers/{key}/start")
    container = engine.find(key)
    while container.preparing is None:
        await asyncio.sleep(0.01)
    preparing = container.preparing.pid

    await docker.http.delete(f"/containers/{key}")

    assert container.process is None
    assert not psutil.pid_exists(preparing)


async def test_a_missing_program_exits_with_an_error(docker: Docker, image: ScriptImage) -> None:
    image.before = ("raise SystemExit(0)",)
    key = await docker.run("import os; os.execv('/nonexistent', ['x'])")
    assert await docker.wait(key) == 1


async def test_a_crash_looping_family_is_delayed(docker: Docker) -> None:
    for _ in range(2):
        key = await docker.run(FAIL)
        await docker.wait(key)
    key = await docker.create(FAIL)
    starting = asyncio.create_task(docker.post(f"/containers/{key}/start"))
    while b"ended right after its last starts: waiting" not in await docker.logs(key):
        await asyncio.sleep(0.01)
    # It waits now; a removal ends the wait.
    await docker.http.delete(f"/containers/{key}")
    assert (await starting).status_code == 404


async def test_a_container_of_another_family_starts_at_once(docker: Docker) -> None:
    for _ in range(3):
        await docker.wait(await docker.run(FAIL, Labels={"family": "crashing"}))
        break
    key = await docker.run(Labels={"family": "other"})
    assert b"waiting" not in await docker.logs(key)


async def test_a_port_of_another_program_is_reported(docker: Docker, engine: Engine) -> None:
    key = await docker.create()
    with socket.create_server((engine.find(key).address, PORT)):
        response = await docker.post(f"/containers/{key}/start")
    assert response.status_code == 500
    assert (
        f"stop the program that listens on port {PORT} of all addresses"
        in response.json()["message"]
    )


async def test_a_start_returns_at_its_timeout(
    docker: Docker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.lifecycle, "_start_seconds", 0.05)
    key = await docker.run("import time; time.sleep(600)")
    assert (await docker.inspect(key))["State"]["Running"]


async def test_closing_the_engine_stops_everything_and_leaves_nothing(
    docker: Docker, engine: Engine
) -> None:
    cooperative, stubborn = await docker.run(), await docker.run(STUBBORN)
    containers = [engine.find(cooperative), engine.find(stubborn)]
    object.__setattr__(engine.config, "stop_seconds", 0.2)
    await engine.close()
    codes = [container.state.exit_code for container in containers]
    assert codes == [128 + signal.SIGTERM, 128 + signal.SIGKILL]
    assert not engine.config.directory.exists()
