"""Finds and removes what embedded clouds left whose supervisor has died."""

import os
import shutil
import tempfile
import time
from pathlib import Path

from harness.core.errors import HarnessError
from harness.emulator.cloud_info import ENGINE_FOLDER, CloudInfo

CLOUD_PREFIX = "catalog-cloud-"
# How long a start may take; a folder without a word of its supervisor is dead after that.
START_SECONDS = 60.0


def dead_clouds() -> tuple[Path, ...]:
    """Return the folders of clouds of this user whose supervisor has died."""
    found = Path(tempfile.gettempdir()).glob(f"{CLOUD_PREFIX}*")
    return tuple(sorted(path for path in found if os.access(path, os.W_OK) and _is_dead(path)))


def _is_dead(directory: Path) -> bool:
    try:
        info = CloudInfo.read(directory)
        if info is not None:
            return not info.alive
        # Without a word of its supervisor: one that starts, or one that never came up.
        return time.time() - directory.stat().st_mtime > START_SECONDS
    except (HarnessError, OSError):
        return False


def sweep_clouds() -> tuple[Path, ...]:
    """Remove the folders, and end the processes, of clouds whose supervisor has died."""
    swept = dead_clouds()
    for directory in swept:
        remove_cloud_folder(directory)
    return swept


def remove_cloud_folder(directory: Path) -> None:
    """Remove a dead cloud's folder, and end what its container engine left running."""
    engine = directory / ENGINE_FOLDER
    if engine.exists():
        # Late, because the engine brings a web server with it.
        from harness.emulator.container_engine.reaper import sweep_orphans  # noqa: PLC0415

        sweep_orphans(engine)
    shutil.rmtree(directory, ignore_errors=True)
