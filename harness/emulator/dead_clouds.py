"""Finds and removes folders and processes of embedded clouds whose supervisor has died."""

import os
import shutil
import tempfile
import time
from pathlib import Path

from harness.core.errors import HarnessError
from harness.emulator.cloud_info import ENGINE_FOLDER, CloudInfo

CLOUD_PREFIX = "catalog-cloud-"
# Deadline of a start; after it, a folder without an info file is dead.
START_SECONDS = 60.0


def dead_clouds() -> tuple[Path, ...]:
    """Return the folders of dead clouds of this user."""
    found = Path(tempfile.gettempdir()).glob(f"{CLOUD_PREFIX}*")
    return tuple(sorted(path for path in found if os.access(path, os.W_OK) and _is_dead(path)))


def _is_dead(directory: Path) -> bool:
    try:
        info = CloudInfo.read(directory)
        if info is not None:
            return not info.alive
        # Without an info file: starting, or failed to start.
        return time.time() - directory.stat().st_mtime > START_SECONDS
    except (HarnessError, OSError):
        return False


def sweep_clouds() -> tuple[Path, ...]:
    """Remove the folders and end the processes of dead clouds."""
    swept = dead_clouds()
    for directory in swept:
        remove_cloud_folder(directory)
    return swept


def remove_cloud_folder(directory: Path) -> None:
    """Remove the folder of a dead cloud and end processes that its container engine left."""
    engine = directory / ENGINE_FOLDER
    if engine.exists():
        # Imported late: the engine imports a web server.
        from harness.emulator.container_engine.reaper import sweep_orphans  # noqa: PLC0415

        sweep_orphans(engine)
    shutil.rmtree(directory, ignore_errors=True)
