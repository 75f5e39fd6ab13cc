"""Folders of containers and named volumes; extraction of archives."""

import fcntl
import logging
import os
import struct
import tarfile
from pathlib import Path

from harness.core.folders import create_folder, create_temporary_folder, remove_folder
from harness.emulator.container_engine.accounts import Account, first_inaccessible_folder
from harness.emulator.container_engine.errors import NotFoundError

logger = logging.getLogger(__name__)

_SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 -- used by mkdtemp only
_SHARED_PREFIX = "catalog-harness-"
# In the folder of the engine, to the one in /var/tmp.
_LINK = "shared"
# Inside the folder of a container or volume, which stays with the engine's account.
_FILES = "files"
# https://man7.org/linux/man-pages/man2/ioctl_iflags.2.html
_GET_FLAGS, _SET_FLAGS, _TOPDIR = 0x80086601, 0x40086602, 0x00020000


class VolumeStore:
    """Named volumes and container folders below one folder.

    If programs run as another account without access to the folder (in the home of root), the
    store is in ``/var/tmp``. All accounts can enter ``shared_folder``.
    """

    def __init__(self, directory: Path, account: Account | None) -> None:
        closed = first_inaccessible_folder(directory) if account else None
        if closed is not None:
            link = directory / _LINK
            directory = create_temporary_folder(
                _SHARED_PREFIX, parent=_SHARED_TEMPORARY, mode=0o711
            )
            link.symlink_to(directory)
            logger.info(
                "%s is not accessible to other accounts; volumes are in %s", closed, directory
            )
        self.shared_folder = directory
        self._volumes, self._containers = directory / "volumes", directory / "containers"
        for folder in (self._volumes, self._containers):
            create_folder(folder, mode=0o711)
            _spread_folders_in(folder)

    @property
    def names(self) -> list[str]:
        """Names of all volumes."""
        return sorted(each.name for each in self._volumes.iterdir() if each.is_dir())

    def container_folder(self, name: str) -> Path:
        """Create the private folder of a container."""
        return _with_files(self._containers / name)

    def remove_container_folder(self, folder: Path) -> None:
        """Remove a folder that ``container_folder`` returned."""
        remove_folder(folder.parent, parent=self._containers)

    def create(self, name: str) -> Path:
        """Create a volume if it does not exist; return its folder."""
        return _with_files(self._path(name))

    def folder(self, name: str) -> Path:
        """Return the folder of a volume.

        Raises:
            NotFoundError: There is none.
        """
        folder = self._path(name) / _FILES
        if not folder.is_dir():
            raise NotFoundError(f"get {name}: no such volume")
        return folder

    def remove(self, name: str) -> None:
        """Remove a volume and its files.

        Raises:
            NotFoundError: There is none.
        """
        remove_folder(self.folder(name).parent, parent=self._volumes)

    def close(self) -> None:
        """Remove the folders of containers and volumes."""
        for folder in (self._containers, self._volumes):
            remove_folder(folder, parent=self.shared_folder)
        if self.shared_folder.parent == _SHARED_TEMPORARY:
            remove_folder(self.shared_folder, parent=_SHARED_TEMPORARY, prefix=_SHARED_PREFIX)

    def _path(self, name: str) -> Path:
        if "/" in name or name in ("", ".", ".."):
            raise NotFoundError(f"get {name}: no such volume")
        return self._volumes / name


def remove_shared_folder(directory: Path) -> None:
    """Remove what a dead engine, whose folder this is, has left in ``/var/tmp``.

    Raises:
        ForeignFolderError: The link does not lead to a folder of this user's engines.
    """
    link = directory / _LINK
    if link.is_symlink():
        remove_folder(link.readlink(), parent=_SHARED_TEMPORARY, prefix=_SHARED_PREFIX)


def _spread_folders_in(parent: Path) -> None:
    """Have ext4 place the folders in a folder apart from others, where it supports that.

    Without a journal, ext4 examines each inode that was deleted beside a new file in the last
    minutes: the thousand files of an earlier database made ``initdb`` take up to three times as
    long.
    """
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        flags = struct.unpack("=q", fcntl.ioctl(descriptor, _GET_FLAGS, bytes(8)))[0]
        fcntl.ioctl(descriptor, _SET_FLAGS, struct.pack("=q", flags | _TOPDIR))
    except OSError as error:  # another file system
        logger.debug("%s: no attribute T: %s", parent, error)
    finally:
        os.close(descriptor)


def _with_files(folder: Path) -> Path:
    """Return the folder in a marked one; other accounts can enter both, whatever the umask."""
    files = create_folder(folder, mode=0o711) / _FILES
    if not files.is_dir():
        files.mkdir(mode=0o711)
        files.chmod(0o711)
    return files


def unpack(bundle: tarfile.TarFile, target: Path) -> None:
    """Extract an archive, with this user as the owner of its files.

    Raises:
        tarfile.TarError: A member would be outside the target.
    """
    if hasattr(tarfile, "data_filter"):
        bundle.extractall(target, filter="data")
        return
    for member in bundle:  # Python 3.11 before 3.11.4, such as that of Debian 12
        link = member.linkname if member.islnk() else Path(member.name).parent / member.linkname
        places = [(target / path).resolve() for path in (member.name, link)]
        if member.isdev() or not all(each.is_relative_to(target.resolve()) for each in places):
            raise tarfile.ExtractError(f"{member.name} is outside of the folder, or a device")
        member.uname, member.gname, member.uid, member.gid = "", "", os.geteuid(), os.getegid()
        member.mode &= 0o755
        bundle.extract(member, target)
