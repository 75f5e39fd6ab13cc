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


def archive(path: Path, *members: tarfile.TarInfo) -> tarfile.TarFile:
    with tarfile.open(path, "w") as bundle:
        for each in members:
            bundle.addfile(each, io.BytesIO(b"x" * each.size))
    return tarfile.open(path)


def member(name: str, **fields: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(found, field, value)
    return found


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    return member(name, type=kind, linkname=to, mode=0o755)


@pytest.fixture(params=["filter", "no filter"])
def extraction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both, on each Python: 3.11 has extraction filters since 3.11.4."""
    if request.param == "no filter":
        trusted = staticmethod(lambda member, _: member)
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
        monkeypatch.setattr(tarfile.TarFile, "extraction_filter", trusted, raising=False)
    elif not hasattr(tarfile, "data_filter"):
        pytest.skip("this Python has no extraction filters")


@pytest.mark.usefixtures("extraction")
class TestUnpack:
    @pytest.mark.parametrize(
        "members",
        [
            [member("../escaped")],
            [member("a/../../escaped")],
            [link("up", ".."), member("up/escaped")],
            [link("escaping", "../escaped")],
            [link("here", "."), link("up", "here/.."), member("up/escaped")],
            [link("hard", "../target-2/secret", tarfile.LNKTYPE)],
            [member("pipe", type=tarfile.FIFOTYPE)],
        ],
        ids=["parent", "detour", "link", "dangling link", "two links", "hard link", "device"],
    )
    def test_nothing_is_extracted_outside_of_the_target(
        self, tmp_path: Path, members: list[tarfile.TarInfo]
    ) -> None:
        target = tmp_path / "target"
        target.mkdir()
        with archive(tmp_path / "a.tar", *members) as bundle, pytest.raises(tarfile.TarError):
            unpack(bundle, target)
        assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "target"]

    def test_files_links_and_permissions_are_extracted_for_this_user(self, tmp_path: Path) -> None:
        target = tmp_path / "target"
        members = [
            member("lib", type=tarfile.DIRTYPE, mode=0o777),
            member("lib/server", size=2, mode=0o4777, uid=4711, uname="daemon", gname="daemon"),
            link("lib/server.so", "server"),
            member("lib/tool", mode=0o755),
            link("bin", "lib/tool", tarfile.LNKTYPE),
        ]
        with archive(tmp_path / "a.tar", *members) as bundle:
            unpack(bundle, target)
        server = (target / "lib" / "server").stat()
        assert (server.st_uid, server.st_mode & 0o7777, server.st_size) == (os.geteuid(), 0o755, 2)
        assert (target / "lib" / "server.so").readlink() == Path("server")
        assert (target / "bin").samefile(target / "lib" / "tool")

    def test_a_link_that_is_in_the_target_already_is_not_followed_out_of_it(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "target").mkdir()
        (tmp_path / "target" / "log").symlink_to(tmp_path / "precious")
        bundle = archive(tmp_path / "a.tar", member("log", size=1))
        with bundle, pytest.raises(tarfile.TarError):
            unpack(bundle, tmp_path / "target")
        assert not (tmp_path / "precious").exists()


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
