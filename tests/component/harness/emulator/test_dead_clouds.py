"""What dead clouds leave is found and removed; living and foreign ones are left alone."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.core.folders import create_folder
from harness.emulator.cloud_info import ENGINE_FOLDER
from harness.emulator.dead_clouds import (
    CLOUD_PREFIX,
    dead_clouds,
    remove_cloud_folder,
    sweep_clouds,
)
from tests.component.harness.emulator.fake_cloud import ended_cloud, fake_cloud


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def left_behind() -> Iterator[int]:
    """A container's process that its engine did not end."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    yield process.pid
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def a_cloud(folder: Path, name: str = "1") -> Path:
    return folder / f"{CLOUD_PREFIX}{name}"


def test_a_cloud_whose_supervisor_died_is_removed(temporary_folder: Path) -> None:
    directory = a_cloud(temporary_folder)
    ended_cloud(directory)

    assert dead_clouds() == (directory,)
    assert sweep_clouds() == (directory,)
    assert not directory.exists()


def test_a_running_cloud_is_not_removed(temporary_folder: Path) -> None:
    with fake_cloud(a_cloud(temporary_folder)):
        assert sweep_clouds() == ()
        assert a_cloud(temporary_folder).exists()


def test_a_cloud_of_another_user_is_not_removed(
    temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_cloud(a_cloud(temporary_folder))
    monkeypatch.setattr(os, "geteuid", lambda: 4242)

    assert sweep_clouds() == ()


def test_other_folders_are_ignored(temporary_folder: Path) -> None:
    ended_cloud(temporary_folder / "something-else")

    assert dead_clouds() == ()


def test_processes_of_its_engine_are_killed(temporary_folder: Path, left_behind: int) -> None:
    directory = a_cloud(temporary_folder)
    (create_folder(directory) / ENGINE_FOLDER).mkdir()
    started = psutil.Process(left_behind).create_time()
    record = [{"pid": left_behind, "started": started, "container": "task"}]
    (directory / ENGINE_FOLDER / "processes.json").write_text(json.dumps(record))

    remove_cloud_folder(directory)

    assert not psutil.pid_exists(left_behind) or (
        psutil.Process(left_behind).status() == psutil.STATUS_ZOMBIE
    )
    assert not directory.exists()
