"""Starting, attaching to and stopping a cloud, with the real supervisor and with fake ones."""

import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.core.errors import EmulatorError
from harness.emulator import cloud as cloud_module
from harness.emulator.cloud import attach_cloud, embedded_cloud, start_cloud, stop_cloud
from harness.emulator.cloud_info import CA_FILE, CloudInfo
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.dead_clouds import CLOUD_PREFIX
from tests.component.harness.emulator.fake_cloud import ended_cloud, fake_cloud


@pytest.fixture(autouse=True)
def temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    tmp_path_factory.getbasetemp()  # or it would be made in the folder below
    # Not tmp_path: in a worker of pytest-xdist it is too long for a socket's path.
    with tempfile.TemporaryDirectory(prefix="clouds-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def folders(temporary_folder: Path) -> list[Path]:
    return list(temporary_folder.glob(f"{CLOUD_PREFIX}*"))


@pytest.fixture
def failing_supervisor(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Replace the supervisor by a process that prints an error and exits with status 3."""
    started: list[subprocess.Popen[bytes]] = []

    class FakeSupervisor(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: Any) -> None:
            code = "import sys; print('no port is free', file=sys.stderr); sys.exit(3)"
            super().__init__([sys.executable, "-S", "-c", code, *command[3:]], **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", FakeSupervisor)
    return started


@pytest.fixture
def hanging_supervisor(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Replace the supervisor by a process that never becomes ready."""
    started: list[subprocess.Popen[bytes]] = []

    class FakeSupervisor(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: Any) -> None:
            code = "import time; time.sleep(600)"
            super().__init__([sys.executable, "-S", "-c", code, *command[3:]], **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", FakeSupervisor)
    return started


def test_a_cloud_serves_until_it_is_stopped_and_leaves_nothing(temporary_folder: Path) -> None:
    with embedded_cloud(region="eu-north-1") as info:
        family = psutil.Process(info.pid).children(recursive=True)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{info.endpoint}/_ministack/ready", timeout=30) as response:
            assert response.status == 200
        assert attach_cloud(Path(info.directory)) == info
        assert (Path(info.directory) / CA_FILE).read_text().startswith("-----BEGIN CERTIFICATE")
        assert info.has_built_in_engine
        assert info.database.startswith("PostgreSQL") or not info.database

    assert not info.alive
    assert family
    assert not any(member.is_running() for member in family)
    assert folders(temporary_folder) == []


def test_a_start_that_fails_shows_the_log_and_leaves_nothing(
    temporary_folder: Path, failing_supervisor: list[subprocess.Popen[bytes]]
) -> None:
    with pytest.raises(EmulatorError, match=r"ended with status 3 .*\nno port is free") as raised:
        start_cloud(region="eu-north-1")

    assert "doctor" in raised.value.remedy
    assert failing_supervisor[0].returncode == 3
    assert folders(temporary_folder) == []


def test_missing_packages_are_the_error_in_place_of_a_traceback(
    temporary_folder: Path,
    failing_supervisor: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = {"docker": None, "fastapi": "1", "uvicorn": None}
    monkeypatch.setattr("harness.emulator.cloud.package_versions", lambda: versions)

    with pytest.raises(EmulatorError) as raised:
        start_cloud(region="eu-north-1")

    assert raised.value.message == "the embedded cloud needs docker, uvicorn"
    assert raised.value.remedy == "pip install 'catalog-harness[emulator]'"
    assert folders(temporary_folder) == []


def test_a_start_that_is_interrupted_leaves_nothing(
    temporary_folder: Path,
    hanging_supervisor: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(_directory: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CloudInfo, "read", interrupt)

    with pytest.raises(KeyboardInterrupt):
        start_cloud(region="eu-north-1")

    assert hanging_supervisor[0].returncode is not None
    assert folders(temporary_folder) == []


def test_a_supervisor_that_cannot_be_started_leaves_nothing(
    temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(temporary_folder / "no-python"))

    with pytest.raises(FileNotFoundError):
        start_cloud(region="eu-north-1")

    assert folders(temporary_folder) == []


def test_a_start_removes_what_dead_clouds_left(
    temporary_folder: Path, failing_supervisor: list[subprocess.Popen[bytes]]
) -> None:
    ended_cloud(temporary_folder / f"{CLOUD_PREFIX}old")

    with pytest.raises(EmulatorError):
        start_cloud(region="eu-north-1")

    assert failing_supervisor
    assert folders(temporary_folder) == []


def test_the_supervisor_receives_all_options(
    failing_supervisor: list[subprocess.Popen[bytes]],
    temporary_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[SupervisorConfig] = []
    write = SupervisorConfig.write

    def note(config: SupervisorConfig) -> None:
        write(config)
        written.append(SupervisorConfig.read(config.directory))
        assert (config.directory / "configuration.json").stat().st_mode & 0o777 == 0o600

    monkeypatch.setattr(SupervisorConfig, "write", note)

    with pytest.raises(EmulatorError):
        start_cloud(region="eu-west-1", docker_host="unix:///d.sock", owner_pid=42, port=4566)
    with pytest.raises(EmulatorError):
        start_cloud(region="eu-north-1")

    directory = written[0].directory
    assert failing_supervisor[0].args[-1] == str(directory)  # type: ignore[index]
    assert directory.parent == temporary_folder
    assert written[0] == SupervisorConfig(
        directory, "eu-west-1", 4566, "unix:///d.sock", 42, process_images=[]
    )
    assert (written[1].owner_pid, written[1].until_kept) == (os.getpid(), True)


class TestStop:
    def test_any_process_can_stop_a_cloud(self, temporary_folder: Path) -> None:
        with fake_cloud(temporary_folder / "catalog-cloud-1") as info:
            stop_cloud(info)

            assert not info.alive
            assert not Path(info.directory).exists()

    def test_a_cloud_that_has_ended_is_cleaned_up(self, temporary_folder: Path) -> None:
        info = ended_cloud(temporary_folder / "catalog-cloud-1")

        stop_cloud(info)

        assert not Path(info.directory).exists()

    def test_a_cloud_that_ends_in_that_moment_is_no_error(
        self, temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        info = ended_cloud(temporary_folder / "catalog-cloud-1")
        monkeypatch.setattr(CloudInfo, "alive", True)

        stop_cloud(info)

        assert not Path(info.directory).exists()

    def test_a_cloud_that_ignores_sigterm_is_killed_and_reported(
        self, temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cloud_module, "_STOP_SECONDS", 0.05)

        with fake_cloud(temporary_folder / "catalog-cloud-1", stubborn=True) as info:
            with pytest.raises(EmulatorError, match=r"ignored SIGTERM .* was killed"):
                stop_cloud(info)

            assert not info.alive
            assert not Path(info.directory).exists()


class TestAttach:
    def test_a_cloud_is_found_by_its_folder(self, temporary_folder: Path) -> None:
        with fake_cloud(temporary_folder / "catalog-cloud-1") as info:
            assert attach_cloud(temporary_folder / "catalog-cloud-1") == info

    def test_a_cloud_that_has_ended_is_an_error(self, temporary_folder: Path) -> None:
        ended_cloud(temporary_folder / "catalog-cloud-1")

        with pytest.raises(EmulatorError, match="no embedded cloud runs in"):
            attach_cloud(temporary_folder / "catalog-cloud-1")

    def test_the_end_of_a_cloud_whose_gateway_has_ended_is_awaited(
        self, temporary_folder: Path
    ) -> None:
        closed = "http://127.0.0.1:1"
        with fake_cloud(temporary_folder / "catalog-cloud-1", endpoint=closed) as info:
            end = threading.Timer(0.2, psutil.Process(info.pid).kill)
            end.start()

            with pytest.raises(EmulatorError, match="no embedded cloud runs in"):
                attach_cloud(temporary_folder / "catalog-cloud-1")
            end.join()

    def test_the_error_contains_the_end_of_its_log(self, temporary_folder: Path) -> None:
        ended_cloud(temporary_folder / "catalog-cloud-1")
        (temporary_folder / "catalog-cloud-1" / "cloud.log").write_text(
            "the gateway ended by itself\n"
        )

        with pytest.raises(EmulatorError, match=r"any more\nthe gateway ended by itself"):
            attach_cloud(temporary_folder / "catalog-cloud-1")

    def test_a_folder_without_a_cloud_is_an_error(self, temporary_folder: Path) -> None:
        with pytest.raises(EmulatorError, match="no embedded cloud runs in"):
            attach_cloud(temporary_folder / "nothing")


def test_this_process_is_the_owner_within_a_context(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def start(**options: Any) -> CloudInfo:
        given.update(options)
        raise EmulatorError("of this test")

    monkeypatch.setattr(cloud_module, "start_cloud", start)

    with pytest.raises(EmulatorError), embedded_cloud(region="eu-north-1"):
        pass

    assert given == {"region": "eu-north-1", "owner_pid": os.getpid()}
