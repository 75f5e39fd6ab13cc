"""Folders of containers and named volumes; extraction of archives."""

import hashlib
import logging
import shutil
import tarfile
from pathlib import Path

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.accounts import Account, first_inaccessible_folder
from harness.emulator.container_engine.errors import NotFoundError

logger = logging.getLogger(__name__)

_OWNER = 0  # root: other users do not change the account
_SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 -- created with a check of its owner below


class VolumeStore:
    """Named volumes and container folders below one folder.

    If programs run as another account without access to the folder (in the home of root), the
    store is in ``/var/tmp``, under a name derived from the folder, for later engines.

    Args:
        directory: Folder of the engine.
        account: The account of programs; None: that of the engine.
    """

    def __init__(self, directory: Path, account: Account | None) -> None:
        self._base = directory
        closed = first_inaccessible_folder(directory) if account else None
        if closed is not None:
            name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]
            self._base = _own_folder(_SHARED_TEMPORARY / f"catalog-harness-{name}")
            logger.info(
                "%s is not accessible to other accounts; volumes are in %s", closed, self._base
            )
        self._volumes = self._base / "volumes"
        self._containers = self._base / "containers"
        for folder in (self._volumes, self._containers):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
        shutil.rmtree(self._containers, ignore_errors=True)
        self._containers.mkdir(mode=0o711)

    @property
    def names(self) -> list[str]:
        """Names of all volumes."""
        return sorted(each.name for each in self._volumes.iterdir())

    @property
    def shared_folder(self) -> Path:
        """A folder that all accounts can enter."""
        return self._base

    def container_folder(self, name: str) -> Path:
        """Create the private folder of a container."""
        folder = self._containers / name
        folder.mkdir(mode=0o711)
        return folder

    def create(self, name: str) -> Path:
        """Create a volume if it does not exist; return its folder."""
        folder = self._path(name)
        folder.mkdir(mode=0o711, exist_ok=True)
        return folder

    def folder(self, name: str) -> Path:
        """Return the folder of a volume.

        Raises:
            NotFoundError: There is none.
        """
        folder = self._path(name)
        if not folder.is_dir():
            raise NotFoundError(f"get {name}: no such volume")
        return folder

    def remove(self, name: str) -> None:
        """Remove a volume and its files.

        Raises:
            NotFoundError: There is none.
        """
        shutil.rmtree(self.folder(name))

    def close(self, *, keep: bool) -> None:
        """Remove the folders of containers, and the volumes unless ``keep`` is set."""
        shutil.rmtree(self._containers, ignore_errors=True)
        if not keep:
            shutil.rmtree(self._volumes, ignore_errors=True)
            if self._base.parent == _SHARED_TEMPORARY:
                shutil.rmtree(self._base, ignore_errors=True)

    def _path(self, name: str) -> Path:
        if "/" in name or name in ("", ".", ".."):
            raise NotFoundError(f"get {name}: no such volume")
        return self._volumes / name


def _own_folder(path: Path) -> Path:
    path.mkdir(mode=0o711, exist_ok=True)
    status = path.lstat()
    if path.is_symlink() or status.st_uid != _OWNER:
        raise EmulatorError(f"{path} exists and is not owned by this user", remedy="remove it")
    return path


def unpack(bundle: tarfile.TarFile, target: Path) -> None:
    """Extract an archive.

    Raises:
        tarfile.FilterError: A member would be outside the target.
    """
    if hasattr(tarfile, "data_filter"):
        bundle.extractall(target, filter="data")
    else:  # Python 3.11 before 3.11.4
        bundle.extractall(target)  # noqa: S202 -- trusted sources only
