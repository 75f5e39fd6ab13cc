"""The supervisor: what it starts, what ends it, and that it leaves no process."""

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import psutil
import pytest

from harness.core.errors import EmulatorError, ToolNotFoundError
from harness.core.folders import create_folder
from harness.core.wait import wait_until
from harness.emulator import supervisor
from harness.emulator.cloud_info import CA_FILE, KEPT_FILE, CloudInfo
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.container_engine.postgres_install import PostgresInstallation
from harness.emulator.supervisor import supervise

DOCKER = "unix:///run/docker.sock"
# Responds like the gateway, records its environment, and reads its behaviour from a file.
GATEWAY = """
import http.server, json, os, signal, sys
folder = {folder!r}
behaviour = open(os.path.join(folder, "behaviour")).read()
with open(os.path.join(folder, "gateway.json"), "w") as file:
    json.dump({{"pid": os.getpid(), "environment": dict(os.environ), "command": sys.argv}}, file)
if behaviour == "fails":
    sys.exit(7)
if behaviour == "ignores SIGTERM":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if behaviour == "slow" else 200)
        self.end_headers()
        self.wfile.write(b"-----BEGIN")
        if behaviour == "ends" and self.path.endswith("ca.pem"):
            self.wfile.flush()
            os._exit(7)
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Handler).serve_forever()
"""


class Gateway:
    """A fake gateway and its records."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        script = folder / "gateway.py"
        script.write_text(GATEWAY.format(folder=str(folder)))
        self.program = folder / "python"
        command = shlex.join([sys.executable, "-S", str(script)])
        self.program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        self.program.chmod(0o755)
        self.behaviour("good")

    def behaviour(self, name: str) -> None:
        (self._folder / "behaviour").write_text(name)

    @property
    def started(self) -> bool:
        return (self._folder / "gateway.json").exists() and bool(self._record())

    def _record(self) -> dict[str, object]:
        try:
            record: dict[str, object] = json.loads((self._folder / "gateway.json").read_text())
        except ValueError:  # being written
            return {}
        return record

    @property
    def environment(self) -> dict[str, str]:
        return cast("dict[str, str]", self._record()["environment"])

    @property
    def runs(self) -> bool:
        return psutil.pid_exists(int(str(self._record()["pid"])))


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    folder = tmp_path / "gateway"
    folder.mkdir()
    fake = Gateway(folder)
    monkeypatch.setattr(sys, "executable", str(fake.program))
    return fake


@pytest.fixture
def directory(tmp_path: Path, clouds_in_tmp_path: None) -> Path:
    return create_folder(tmp_path / "catalog-cloud-1")


@pytest.fixture
def config(directory: Path) -> SupervisorConfig:
    return SupervisorConfig(directory, "eu-north-1", docker_host=DOCKER)


def once(condition: Callable[[], object], *, then: Callable[[], object]) -> threading.Thread:
    """Run a function in a thread once a condition is true."""

    def act() -> None:
        wait_until(condition, what="the condition", ready=bool, timeout=60, delay=0.01)
        then()

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def send_sigterm() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def run(config: SupervisorConfig) -> int:
    return asyncio.run(supervise(config))


class TestReadiness:
    def test_a_ready_cloud_writes_its_info_file(
        self, config: SupervisorConfig, gateway: Gateway, directory: Path
    ) -> None:
        infos: list[CloudInfo | None] = []

        def read_info() -> None:
            infos.append(CloudInfo.read(directory))
            send_sigterm()

        helper = once(lambda: CloudInfo.read(directory), then=read_info)

        assert run(config) == 0
        helper.join()

        info = infos[0]
        assert info is not None
        assert info.endpoint == f"http://127.0.0.1:{gateway.environment['GATEWAY_PORT']}"
        assert (info.docker_host, info.pid) == (DOCKER, os.getpid())
        assert (info.database, info.database_tls) == ("", True)
        assert (directory / CA_FILE).read_text() == "-----BEGIN"

    def test_a_configured_port_is_used(self, directory: Path, gateway: Gateway) -> None:
        gateway.behaviour("fails")

        with pytest.raises(EmulatorError):
            run(SupervisorConfig(directory, "eu-north-1", port=45678, docker_host=DOCKER))

        assert gateway.environment["GATEWAY_PORT"] == "45678"

    def test_with_the_built_in_engine_the_cloud_has_a_container_name(
        self, directory: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = PostgresInstallation(Path("/pg/bin"), "16.15", False, "of a test")
        monkeypatch.setattr(supervisor, "find_local_postgres", lambda _: server)
        infos: list[CloudInfo | None] = []

        def read_info() -> None:
            infos.append(CloudInfo.read(directory))
            send_sigterm()

        helper = once(lambda: CloudInfo.read(directory), then=read_info)

        assert run(SupervisorConfig(directory, "eu-north-1")) == 0
        helper.join()

        info = infos[0]
        assert info is not None
        assert info.has_built_in_engine
        assert (info.database, info.database_tls) == (str(server), False)
        assert gateway.environment["DOCKER_HOST"] == info.docker_host
        assert gateway.environment["HOSTNAME"]


class TestEnd:
    def test_it_stops_the_gateway_on_sigterm(
        self, config: SupervisorConfig, gateway: Gateway, directory: Path
    ) -> None:
        helper = once(lambda: CloudInfo.read(directory), then=send_sigterm)

        assert run(config) == 0
        helper.join()

        assert not gateway.runs
        assert directory.exists(), "its log may be read"

    def test_it_can_be_stopped_before_it_is_ready(
        self, config: SupervisorConfig, gateway: Gateway, directory: Path
    ) -> None:
        gateway.behaviour("slow")
        helper = once(lambda: gateway.started, then=send_sigterm)

        assert run(config) == 0
        helper.join()

        assert not gateway.runs
        assert CloudInfo.read(directory) is None

    def test_it_ends_with_its_owner(self, directory: Path, gateway: Gateway) -> None:
        owner = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
        assert owner.stdin is not None
        helper = once(lambda: CloudInfo.read(directory), then=owner.stdin.close)

        config = SupervisorConfig(directory, "eu-north-1", docker_host=DOCKER, owner_pid=owner.pid)
        assert run(config) == 0
        helper.join()
        owner.wait()

        assert not gateway.runs
        assert not directory.exists(), "nothing else would remove it"

    def test_a_kept_cloud_outlives_its_starter(self, directory: Path, gateway: Gateway) -> None:
        starter = subprocess.Popen(["/bin/sh", "-c", ":"])
        starter.wait()
        (directory / KEPT_FILE).touch()
        helper = once(lambda: CloudInfo.read(directory), then=send_sigterm)

        config = SupervisorConfig(
            directory, "eu-north-1", docker_host=DOCKER, owner_pid=starter.pid, until_kept=True
        )
        assert run(config) == 0
        helper.join()

        assert directory.exists(), "it ended by the signal, not with its starter"

    def test_a_cloud_that_was_never_kept_ends_with_its_starter(
        self, directory: Path, gateway: Gateway
    ) -> None:
        starter = subprocess.Popen(["/bin/sh", "-c", ":"])
        starter.wait()

        config = SupervisorConfig(
            directory, "eu-north-1", docker_host=DOCKER, owner_pid=starter.pid, until_kept=True
        )
        assert run(config) == 0

        assert not directory.exists()

    def test_an_owner_that_has_already_ended_stops_it_at_once(
        self, directory: Path, gateway: Gateway
    ) -> None:
        owner = subprocess.Popen(["/bin/sh", "-c", ":"])
        owner.wait()

        config = SupervisorConfig(directory, "eu-north-1", docker_host=DOCKER, owner_pid=owner.pid)

        assert run(config) == 0
        assert not gateway.started or not gateway.runs

    def test_it_ends_with_a_failure_when_the_gateway_does(
        self, config: SupervisorConfig, gateway: Gateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        gateway.behaviour("ends")

        assert run(config) == 1
        assert "the gateway ended by itself with status 7" in caplog.text

    def test_a_gateway_that_cannot_start_is_an_error(
        self, config: SupervisorConfig, gateway: Gateway
    ) -> None:
        gateway.behaviour("fails")

        with pytest.raises(EmulatorError, match="ended with status 7 before it was ready"):
            run(config)

    def test_a_gateway_that_ignores_sigterm_is_killed(
        self,
        config: SupervisorConfig,
        gateway: Gateway,
        directory: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(supervisor, "_GATEWAY_STOP_SECONDS", 0.05)
        gateway.behaviour("ignores SIGTERM")
        helper = once(lambda: CloudInfo.read(directory), then=send_sigterm)

        assert run(config) == 0
        helper.join()

        assert not gateway.runs
        assert "killing it" in caplog.text

    def test_a_configured_database_server_that_does_not_run_is_an_error(
        self, directory: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def find(_major: int) -> PostgresInstallation:
            raise ToolNotFoundError("CATALOG_HARNESS_POSTGRES=/x contains none")

        monkeypatch.setattr(supervisor, "find_local_postgres", find)

        with pytest.raises(ToolNotFoundError, match="/x contains none"):
            run(SupervisorConfig(directory, "eu-north-1"))

        assert not gateway.runs
