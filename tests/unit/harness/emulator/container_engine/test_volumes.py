import errno
import fcntl
import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from harness.core.folders import ForeignFolderError, create_folder
from harness.emulator.container_engine import volumes
from harness.emulator.container_engine.accounts import Account
from harness.emulator.container_engine.errors import NotFoundError
from harness.emulator.container_engine.volumes import (
    VolumeStore,
    remove_shared_folder,
    unpack,
)

ACCOUNT = Account(65534, 65534)


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.setattr(volumes, "_SHARED_TEMPORARY", folder)
    return folder


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_volumes_are_in_the_folder_of_the_engine(closed: Path, shared: Path) -> None:
    assert VolumeStore(closed, None).create("data").is_relative_to(closed)
    assert list(shared.iterdir()) == []


def test_volumes_are_in_a_folder_accessible_to_the_account(closed: Path, shared: Path) -> None:
    store = VolumeStore(closed, ACCOUNT)
    assert store.create("data").is_relative_to(shared)
    assert store.shared_folder.parent == shared
    assert store.shared_folder.stat().st_mode & 0o777 == 0o711
    store.close()
    assert list(shared.iterdir()) == []


def test_a_folder_elsewhere_is_found_once_its_engine_is_dead(closed: Path, shared: Path) -> None:
    VolumeStore(closed, ACCOUNT).create("data")
    (shared / "catalog-harness-foreign").mkdir()

    remove_shared_folder(closed)
    remove_shared_folder(closed)

    assert [each.name for each in shared.iterdir()] == ["catalog-harness-foreign"]


def test_a_link_to_what_is_no_folder_of_an_engine_removes_nothing(
    closed: Path, shared: Path
) -> None:
    precious = shared / "catalog-harness-precious"
    precious.mkdir()
    (precious / "data").touch()
    (closed / "shared").symlink_to(precious)

    with pytest.raises(ForeignFolderError):
        remove_shared_folder(closed)

    assert (precious / "data").exists()


@pytest.mark.parametrize("umask", [0o000, 0o027, 0o077], ids=oct)
def test_the_account_can_enter_volumes_and_containers_whatever_the_umask(
    tmp_path: Path, shared: Path, umask: int
) -> None:
    former = os.umask(umask)
    try:
        store = VolumeStore(create_folder(tmp_path / "engine", mode=0o711), None)
        files = (store.create("data"), store.container_folder("c"))
    finally:
        os.umask(former)

    for folder in files:
        for entered in (folder, *list(folder.parents)[:3]):
            assert entered.stat().st_mode & 0o777 == 0o711, entered


@pytest.mark.parametrize("name", ["", ".", "..", "a/b"])
def test_a_volume_name_cannot_be_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFoundError, match="no such volume"):
        VolumeStore(tmp_path, None).create(name)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.tar"
    with tarfile.open(path, "w") as bundle:
        bundle.addfile(tarfile.TarInfo("../escaped"), io.BytesIO())
    return path


def test_members_outside_the_target_are_an_error(tmp_path: Path, archive: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with tarfile.open(archive) as bundle, pytest.raises(tarfile.FilterError):
        unpack(bundle, target)
    assert not (tmp_path / "escaped").exists()


def test_python_without_extraction_filters_unpacks(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extracted: list[dict[str, Any]] = []
    monkeypatch.delattr(tarfile, "data_filter")
    with tarfile.open(archive) as bundle:
        monkeypatch.setattr(bundle, "extractall", lambda path, **how: extracted.append(how))
        unpack(bundle, tmp_path)
    assert extracted == [{}]


@pytest.mark.parametrize("umask", [0o000, 0o027, 0o077])
def test_folders_can_be_entered_but_not_listed_whatever_the_umask(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        store = VolumeStore(tmp_path, None)
        folders = [store.create("data"), store.container_folder("task")]
    finally:
        os.umask(before)

    assert [each.stat().st_mode & 0o777 for each in folders] == [0o711, 0o711]


def test_ext4_places_volumes_apart_and_keeps_the_other_attributes(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extents, set_flags = 0x80000, list[int]()

    def ioctl(_: int, request: int, argument: bytes) -> bytes:
        if request == 0x40086602:
            set_flags.append(int.from_bytes(argument, "little"))
        return extents.to_bytes(8, "little")

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    VolumeStore(closed, None)

    assert set_flags == [extents | 0x20000] * 2


def test_a_file_system_without_attributes_is_used_as_it_is(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ioctl(*_: object) -> bytes:
        raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

    monkeypatch.setattr(fcntl, "ioctl", ioctl)

    assert VolumeStore(closed, None).create("data").is_dir()
