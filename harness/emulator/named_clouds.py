"""The clouds that ``catalog-harness cloud`` started: the name of each is in its folder."""

import re
from contextlib import suppress
from pathlib import Path

from harness.core.errors import HarnessError, UsageError
from harness.emulator.cloud_info import NAME_FILE, CloudInfo
from harness.emulator.dead_clouds import CLOUD_PREFIX, cloud_folders, require_cloud_folder

_NAME = re.compile(r"\w[\w.-]{0,62}")


def named_clouds() -> dict[str, CloudInfo]:
    """Return the clouds of this user by name, also those that have ended and were not removed."""
    found: dict[str, CloudInfo] = {}
    for folder in cloud_folders():
        with suppress(HarnessError, OSError):
            require_cloud_folder(folder)
            name, info = (folder / NAME_FILE).read_text(encoding="utf-8"), CloudInfo.read(folder)
            if info is not None and (name not in found or info.alive):
                found[name] = info
    return found


def require_free_name(name: str) -> None:
    """Raise unless a new cloud can have a name.

    Raises:
        UsageError: The name is invalid, or a cloud with that name runs.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"invalid name of a cloud: {name!r}",
            remedy="use letters, digits, '_', '.' and '-', and neither '.' nor '-' first",
        )
    if (other := named_clouds().get(name)) and other.alive:
        raise UsageError(
            f"a cloud with the name {name} is running: {other.endpoint}",
            remedy=f"use it (`catalog-harness cloud status {name}`), stop it "
            f"(`catalog-harness cloud stop {name}`), or choose another --name",
        )


def name_cloud(info: CloudInfo, name: str | None) -> str:
    """Name a cloud, by default with the random part of the name of its folder; return the name.

    Raises:
        UsageError: Another cloud with that name runs.
    """
    folder = Path(info.directory)
    name = name or folder.name.removeprefix(CLOUD_PREFIX)
    require_free_name(name)
    draft = folder / f"{NAME_FILE}.draft"
    draft.touch(mode=0o600)
    draft.write_text(name, encoding="utf-8")
    draft.replace(folder / NAME_FILE)
    return name
