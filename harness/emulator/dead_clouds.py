"""Finds and removes folders and processes of embedded clouds whose supervisor has died."""

import logging
import tempfile
import time
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.folders import remove_folder, require_own_folder
from harness.core.locks import is_locked
from harness.emulator.cloud_info import ENGINE_FOLDER, LOG_FILE, CloudInfo
from harness.emulator.container_engine.reaper import sweep_orphans
from harness.emulator.container_engine.volumes import remove_shared_folder

logger = logging.getLogger(__name__)

CLOUD_PREFIX = "catalog-cloud-"
# From the creation of a folder until its log is locked.
_UNLOCKED_SECONDS = 1.0


def dead_clouds() -> tuple[Path, ...]:
    """Return the folders of dead clouds of this user, without those that others created."""
    return tuple(path for path in cloud_folders() if _is_dead(path))


def cloud_folders() -> list[Path]:
    """Return the folders with the name of one of a cloud, of this user and of others."""
    return sorted(Path(tempfile.gettempdir()).glob(f"{CLOUD_PREFIX}*"))


def _is_dead(directory: Path) -> bool:
    try:
        require_cloud_folder(directory)
        info = CloudInfo.read(directory)
        if info is not None:
            return not info.alive
        age = time.time() - directory.stat().st_mtime
        # The process that starts a cloud, or one that it has started, holds its log.
        return age > _UNLOCKED_SECONDS and not is_locked(directory / LOG_FILE)
    except (HarnessError, OSError):
        return False


def sweep_clouds() -> tuple[Path, ...]:
    """Remove the folders and end the processes of dead clouds."""
    swept = dead_clouds()
    for directory in swept:
        try:
            remove_cloud_folder(directory)
        except HarnessError as error:  # no reason to refuse the start of another cloud
            logger.warning("%s", error)
    return swept


def remove_cloud_folder(directory: Path) -> None:
    """Remove the folders of a dead cloud and end processes that its container engine left.

    Raises:
        ForeignFolderError: It is not the folder of a cloud of this user.
    """
    if not directory.exists():
        return
    require_cloud_folder(directory)
    engine = directory / ENGINE_FOLDER
    if engine.exists():
        sweep_orphans(engine)
        remove_shared_folder(engine)
    remove_folder(directory, parent=directory.parent, prefix=CLOUD_PREFIX)


def require_cloud_folder(directory: Path) -> None:
    """Raise unless a folder is that of a cloud of this user.

    It may be in another temporary folder than that of this process, where TMPDIR differs.

    Raises:
        ForeignFolderError: It is not.
    """
    require_own_folder(directory, parent=directory.parent, prefix=CLOUD_PREFIX)
