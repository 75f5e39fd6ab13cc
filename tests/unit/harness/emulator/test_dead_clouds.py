"""What dead clouds leave is found and removed; living and foreign ones are left alone."""

import os
import tempfile
from pathlib import Path

import pytest

from harness.emulator.cloud_info import INFO_FILE
from harness.emulator.dead_clouds import (
    CLOUD_PREFIX,
    START_SECONDS,
    sweep_clouds,
)


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def a_cloud(folder: Path, name: str = "1") -> Path:
    return folder / f"{CLOUD_PREFIX}{name}"


def make_old(directory: Path) -> None:
    past = directory.stat().st_mtime - 2 * START_SECONDS
    os.utime(directory, (past, past))


def test_a_starting_cloud_is_not_removed(temporary_folder: Path) -> None:
    a_cloud(temporary_folder).mkdir()

    assert sweep_clouds() == ()


def test_a_cloud_that_failed_to_start_is_removed(temporary_folder: Path) -> None:
    directory = a_cloud(temporary_folder)
    directory.mkdir()
    make_old(directory)

    assert sweep_clouds() == (directory,)


def test_a_cloud_of_another_version_is_not_removed(temporary_folder: Path) -> None:
    directory = a_cloud(temporary_folder)
    directory.mkdir()
    (directory / INFO_FILE).write_text('{"from": "a later version"}')

    assert sweep_clouds() == ()
