"""What dead clouds leave is found and removed; living and foreign ones are left alone."""

import fcntl
import os
import tempfile
from pathlib import Path

import pytest

from harness.core.folders import ForeignFolderError, create_folder
from harness.emulator.cloud_info import ENGINE_FOLDER, INFO_FILE, LOG_FILE
from harness.emulator.container_engine import volumes
from harness.emulator.container_engine.accounts import Account
from harness.emulator.container_engine.volumes import VolumeStore
from harness.emulator.dead_clouds import (
    CLOUD_PREFIX,
    remove_cloud_folder,
    sweep_clouds,
)


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def a_cloud(folder: Path, name: str = "1") -> Path:
    return folder / f"{CLOUD_PREFIX}{name}"


def make_old(directory: Path) -> None:
    past = directory.stat().st_mtime - 120
    os.utime(directory, (past, past))


def test_a_folder_that_was_just_created_is_not_removed(temporary_folder: Path) -> None:
    create_folder(a_cloud(temporary_folder))

    assert sweep_clouds() == ()


def test_a_starting_cloud_is_not_removed_until_its_processes_have_ended(
    temporary_folder: Path,
) -> None:
    directory = create_folder(a_cloud(temporary_folder))
    with (directory / LOG_FILE).open("wb") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        make_old(directory)
        assert sweep_clouds() == ()

    assert sweep_clouds() == (directory,)


def test_a_cloud_that_failed_to_start_is_removed(temporary_folder: Path) -> None:
    directory = create_folder(a_cloud(temporary_folder))
    make_old(directory)

    assert sweep_clouds() == (directory,)


def test_what_its_engine_left_elsewhere_is_removed_with_a_cloud(
    temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = temporary_folder / "var-tmp"
    elsewhere.mkdir()
    monkeypatch.setattr(volumes, "_SHARED_TEMPORARY", elsewhere)
    directory = create_folder(a_cloud(temporary_folder))
    engine = create_folder(directory / ENGINE_FOLDER)
    VolumeStore(engine, Account(65534, 65534)).create("data")
    assert len(list(elsewhere.iterdir())) == 1

    remove_cloud_folder(directory)

    assert list(elsewhere.iterdir()) == []
    assert not directory.exists()


def test_a_cloud_of_another_version_is_not_removed(temporary_folder: Path) -> None:
    directory = create_folder(a_cloud(temporary_folder))
    (directory / INFO_FILE).write_text('{"from": "a later version"}')

    assert sweep_clouds() == ()


@pytest.mark.parametrize("name", ["catalog-cloud-of-somebody", "other"])
def test_a_folder_that_the_harness_did_not_create_is_never_removed(
    temporary_folder: Path, name: str
) -> None:
    decoy = temporary_folder / name
    (decoy / "engine").mkdir(parents=True)
    (decoy / "precious").write_text("1")
    make_old(decoy)

    assert sweep_clouds() == ()
    with pytest.raises(ForeignFolderError, match=name):
        remove_cloud_folder(decoy)
    assert (decoy / "precious").exists()
