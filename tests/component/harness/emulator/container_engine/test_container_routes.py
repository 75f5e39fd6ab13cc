import asyncio
import io
import json
import os
import signal
import socket
import tarfile
import time

import psutil
import pytest

from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.engine import Engine
from tests.component.harness.emulator.container_engine.docker_client import PORT, Docker, unframed
from tests.unit.harness.emulator.container_engine.script_image import (
    FAIL,
    LISTEN,
    PRINT,
    STUBBORN,
    ScriptImage,
)

pytestmark = pytest.mark.anyio


def archive(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as bundle:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), 0o600
        bundle.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


async def test_a_started_container_listens_on_its_own_address(docker: Docker) -> None:
    keys = [await docker.run(), await docker.run()]
    addresses = set()
    for key in keys:
        found = await docker.inspect(key)
        assert found["State"]["Status"] == "running"
        address = found["NetworkSettings"]["Networks"]["catalog-harness"]["IPAddress"]
        socket.create_connection((address, PORT), timeout=5).close()
        addresses.add(address)
    assert len(addresses) == 2


async def test_a_container_that_ends_reports_its_status_and_times(docker: Docker) -> None:
    key = await docker.run(FAIL)
    assert await docker.wait(key) == 3
    state = (await docker.inspect(key))["State"]
    assert (state["Status"], state["Running"], state["ExitCode"]) == ("exited", False, 3)
    assert state["StartedAt"] <= state["FinishedAt"]
    assert state["Pid"] == 0


async def test_stop_sends_sigterm_and_a_second_stop_changes_nothing(docker: Docker) -> None:
    key = await docker.run()
    assert (await docker.post(f"/containers/{key}/stop", t=5)).status_code == 204
    assert (await docker.inspect(key))["State"]["ExitCode"] == 128 + signal.SIGTERM
    assert (await docker.post(f"/containers/{key}/stop")).status_code == 304


async def test_stop_kills_a_container_that_ignores_sigterm(docker: Docker) -> None:
    key = await docker.run(STUBBORN)
    assert (await docker.post(f"/containers/{key}/stop", t=0.05)).status_code == 204
    assert (await docker.inspect(key))["State"]["ExitCode"] == 128 + signal.SIGKILL
    assert "did not stop within 0.05 s" in (await docker.logs(key)).decode()


@pytest.mark.parametrize(("name", "number"), [("SIGINT", 2), ("KILL", 9), ("15", 15), ("", 9)])
async def test_kill_sends_the_signal(docker: Docker, name: str, number: int) -> None:
    # Without the handler of Python for SIGINT, the signal itself ends the process.
    key = await docker.run("import signal; signal.signal(2, signal.SIG_DFL)\n" + LISTEN)
    await docker.post(f"/containers/{key}/kill", signal=name)
    assert await docker.wait(key) == 128 + number


async def test_kill_of_a_container_that_is_not_running_is_a_conflict(docker: Docker) -> None:
    key = await docker.create()
    response = await docker.post(f"/containers/{key}/kill")
    assert response.status_code == 409
    assert "is not running" in response.json()["message"]


async def test_kill_with_an_unknown_signal_is_a_bad_request(docker: Docker) -> None:
    key = await docker.create()
    response = await docker.post(f"/containers/{key}/kill", signal="SIGNOTHING")
    assert (response.status_code, response.json()) == (
        400,
        {"message": "invalid signal: SIGNOTHING"},
    )


async def test_killing_a_container_ends_what_it_started(docker: Docker) -> None:
    start_child = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    key = await docker.create(start_child)
    starting = asyncio.create_task(docker.post(f"/containers/{key}/start"))
    while not (logged := unframed(await docker.logs(key))):
        await asyncio.sleep(0.01)
    await docker.post(f"/containers/{key}/kill")
    await starting
    child = psutil.Process(int(logged[0][1]))
    assert child.wait(timeout=5) is None or not child.is_running()


async def test_restart_keeps_the_network_settings(docker: Docker) -> None:
    key = await docker.run()
    before = await docker.inspect(key)
    assert (await docker.post(f"/containers/{key}/restart", t=5)).status_code == 204
    after = await docker.inspect(key)
    assert after["State"]["Status"] == "running"
    assert after["State"]["Pid"] != before["State"]["Pid"]
    assert after["NetworkSettings"] == before["NetworkSettings"]


async def test_starting_twice_starts_once(docker: Docker, image: ScriptImage) -> None:
    key = await docker.run()
    assert (await docker.post(f"/containers/{key}/start")).status_code == 304
    assert len(image.contexts) == 1


async def test_a_wait_before_the_start_returns_the_exit_status(docker: Docker) -> None:
    key = await docker.create(FAIL)
    waiting = asyncio.create_task(docker.post(f"/containers/{key}/wait", condition="next-exit"))
    await asyncio.sleep(0)
    await docker.post(f"/containers/{key}/start")
    assert (await waiting).json() == {"StatusCode": 3}


async def test_removal_ends_waits(docker: Docker) -> None:
    key = await docker.create()
    waiting = asyncio.create_task(docker.wait(key))
    await asyncio.sleep(0)
    assert (await docker.http.delete(f"/containers/{key}")).status_code == 204
    assert await waiting == 0


async def test_both_streams_are_logged_and_can_be_selected(docker: Docker) -> None:
    key = await docker.run(PRINT)
    await docker.wait(key)
    assert sorted(unframed(await docker.logs(key))) == [(1, "to stdout\n"), (2, "to stderr\n")]
    assert unframed(await docker.logs(key, stdout=0)) == [(2, "to stderr\n")]
    assert (await docker.http.get(f"/containers/{key}/logs")).status_code == 400


async def test_following_a_log_ends_with_the_container(docker: Docker) -> None:
    key = await docker.run()
    following = asyncio.create_task(docker.logs(key, follow=1))
    await asyncio.sleep(0)
    await docker.post(f"/containers/{key}/stop", t=5)
    assert unframed(await following) == [(1, "listening\n")]


async def test_a_running_container_is_removed_only_with_force(
    docker: Docker, engine: Engine
) -> None:
    key = await docker.run()
    root = engine.find(key).root
    pid = (await docker.inspect(key))["State"]["Pid"]
    refused = await docker.http.delete(f"/containers/{key}")
    assert refused.status_code == 409
    assert "force remove" in refused.json()["message"]
    removed = await docker.http.delete(f"/containers/{key}", params={"force": "true"})
    assert removed.status_code == 204
    assert not psutil.pid_exists(pid)
    assert not root.exists()
    assert (await docker.http.get(f"/containers/{key}/json")).status_code == 404


async def test_a_name_in_use_is_a_conflict(docker: Docker) -> None:
    key = await docker.create(name="task")
    response = await docker.http.post(
        "/containers/create", params={"name": "task"}, json={"Image": "example/script"}
    )
    assert response.status_code == 409
    assert f'"/task" is already in use by container "{key}"' in response.json()["message"]


async def test_containers_are_found_by_name_and_prefix_of_their_id(docker: Docker) -> None:
    key = await docker.create(name="task")
    assert (await docker.inspect("task"))["Id"] == key
    assert (await docker.inspect(key[:8]))["Name"] == "/task"
    missing = await docker.http.get("/containers/missing/json")
    assert (missing.status_code, missing.json()) == (
        404,
        {"message": "No such container: missing"},
    )


async def test_the_list_contains_running_containers_by_default(docker: Docker) -> None:
    idle = await docker.create(name="idle", Labels={"kind": "a"})
    busy = await docker.run(name="busy", Labels={"kind": "b"})

    async def listed(**parameters: object) -> set[str]:
        return {row["Id"] for row in await docker.get("/containers/json", **parameters)}

    assert await listed() == {busy}
    assert await listed(all=1) == {idle, busy}
    assert await listed(all=1, filters='{"label": ["kind=a"]}') == {idle}
    assert await listed(all=1, filters='{"label": {"kind": true}}') == {idle, busy}
    assert await listed(filters='{"status": ["created"]}') == {idle}
    assert await listed(filters='{"name": ["bus"]}') == {busy}
    assert await listed(all=1, filters='{"unsupported": ["x"]}') == set()
    broken = await docker.http.get("/containers/json", params={"filters": "{"})
    assert broken.status_code == 400


async def test_a_row_of_the_list_has_the_fields_of_docker_ps(docker: Docker) -> None:
    await docker.run(name="busy")
    [row] = await docker.get("/containers/json")
    assert row["Names"] == ["/busy"]
    assert row["Status"] == "Up Less than a second"
    assert row["Ports"][0]["PrivatePort"] == PORT


async def test_a_row_contains_the_exit_status(docker: Docker) -> None:
    key = await docker.run(FAIL)
    await docker.wait(key)
    [row] = await docker.get("/containers/json", all=1)
    assert row["Status"] == "Exited (3) Less than a second ago"
    assert row["Ports"] == []


async def test_a_row_contains_the_uptime(docker: Docker, engine: Engine) -> None:
    key = await docker.run()
    for seconds, text in [(1, "1 second"), (150, "2 minutes"), (90_000, "1 day")]:
        engine.find(key).state.started = time.time() - seconds
        [row] = await docker.get("/containers/json")
        assert row["Status"] == f"Up {text}"


async def test_copied_files_are_in_the_container_folder(docker: Docker, engine: Engine) -> None:
    key = await docker.create()
    url = f"/containers/{key}/archive"
    packed = archive("tls/server.key", b"key")
    assert (await docker.http.put(url, params={"path": "/"}, content=packed)).status_code == 200
    copied = engine.find(key).root / "tls" / "server.key"
    assert copied.read_bytes() == b"key"
    assert copied.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [("/", b"no archive", 400), ("/../..", archive("x", b""), 404), ("/absent", b"", 404)],
)
async def test_files_that_cannot_be_copied_are_an_error(
    docker: Docker, path: str, content: bytes, status: int
) -> None:
    key = await docker.create()
    response = await docker.http.put(
        f"/containers/{key}/archive", params={"path": path}, content=content
    )
    assert response.status_code == status


async def test_an_archive_cannot_leave_the_container_folder(docker: Docker, engine: Engine) -> None:
    key = await docker.create()
    packed = archive("../../escaped", b"")
    await docker.http.put(f"/containers/{key}/archive", params={"path": "/"}, content=packed)
    assert not (engine.find(key).root.parent.parent / "escaped").exists()


async def test_the_cloud_is_listed_in_the_network(docker: Docker) -> None:
    found = await docker.inspect(EngineConfig.gateway_name)
    assert found["NetworkSettings"]["Networks"]["catalog-harness"]["IPAddress"] == "127.0.0.1"


async def test_invalid_requests_are_bad_requests(docker: Docker) -> None:
    assert (await docker.http.post("/containers/create", content=b"{")).status_code == 400
    nameless = await docker.http.post("/containers/create", json={})
    assert nameless.status_code == 400
    key = await docker.create()
    eternal = await docker.post(f"/containers/{key}/stop", t="soon")
    assert eternal.json() == {"message": "invalid t: 'soon' is not a number"}
    bound = await docker.http.post(
        "/containers/create",
        json={"Image": "example/script", "HostConfig": {"Binds": ["/etc:/etc"]}},
    )
    assert "only named volumes" in bound.json()["message"]


async def test_an_operation_that_is_not_implemented_returns_501(docker: Docker) -> None:
    response = await docker.post("/containers/x/exec")
    assert response.status_code == 501
    assert "is not supported" in response.json()["message"]


async def test_every_process_is_recorded_while_it_runs(docker: Docker, engine: Engine) -> None:
    record = engine.config.directory / "processes.json"
    key = await docker.run(name="task")
    pid = (await docker.inspect(key))["State"]["Pid"]
    [entry] = json.loads(record.read_text())
    assert (entry["pid"], entry["container"]) == (pid, "task")
    await docker.post(f"/containers/{key}/stop", t=5)
    assert json.loads(record.read_text()) == []
    assert os.getpid() != pid
