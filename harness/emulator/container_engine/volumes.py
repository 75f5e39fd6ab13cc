"""Folders of containers and named volumes; extraction of archives."""

import logging
import shutil
import tarfile
import tempfile
from pathlib import Path

from harness.emulator.container_engine.accounts import Account, first_inaccessible_folder
from harness.emulator.container_engine.errors import NotFoundError

logger = logging.getLogger(__name__)

_SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 -- used by mkdtemp only


class VolumeStore:
    """Named volumes and container folders below one folder.

    If programs run as another account without access to the folder (in the home of root), the
    store is in ``/var/tmp``.

    Args:
        directory: Folder of the engine.
        account: The account of programs; None: that of the engine.
    """

    def __init__(self, directory: Path, account: Account | None) -> None:
        self._base = directory
        closed = first_inaccessible_folder(directory) if account else None
        if closed is not None:
            self._base = Path(tempfile.mkdtemp(prefix="catalog-harness-", dir=_SHARED_TEMPORARY))
            self._base.chmod(0o711)
            logger.info(
                "%s is not accessible to other accounts; volumes are in %s", closed, self._base
            )
        self._volumes = self._base / "volumes"
        self._containers = self._base / "containers"
        for folder in (self._volumes, self._containers):
            folder.mkdir()
            folder.chmod(0o711)

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

    def close(self) -> None:
        """Remove the folders of containers and volumes."""
        for folder in (self._containers, self._volumes):
            shutil.rmtree(folder, ignore_errors=True)
        if self._base.parent == _SHARED_TEMPORARY:
            shutil.rmtree(self._base, ignore_errors=True)

    def _path(self, name: str) -> Path:
        if "/" in name or name in ("", ".", ".."):
            raise NotFoundError(f"get {name}: no such volume")
        return self._volumes / name


def unpack(bundle: tarfile.TarFile, target: Path) -> None:
    """Extract an archive.

    Raises:
        tarfile.FilterError: A member would be outside the target.
    """
    if hasattr(tarfile, "data_filter"):
        bundle.extractall(target, filter="data")
    else:  # Python 3.11 before 3.11.4
        bundle.extractall(target)  # noqa: S202 -- trusted sources only
