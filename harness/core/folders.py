"""Folders that the harness creates and deletes with their contents; no other folder is deleted.

A folder that is created here holds a marker file with its own path. Only ``remove_folder`` deletes
recursively, and only such a folder: a path from a damaged or forged file must not delete anything
else.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.core.errors import HarnessError

MARKER = ".catalog-harness"


class ForeignFolderError(HarnessError):
    """A folder is not one that the harness created: it is neither read nor deleted."""


def create_folder(path: Path, *, mode: int = 0o700) -> Path:
    """Create and mark a folder with a mode, whatever the umask; an existing one stays as it is.

    Missing parents are created for this user alone.
    """
    create_private_folder(path.parent)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return path
    return _marked(path, mode)


def create_temporary_folder(prefix: str, *, parent: Path | None = None, mode: int = 0o700) -> Path:
    """Create and mark a folder with a new name, by default in the system's temporary folder."""
    return _marked(Path(tempfile.mkdtemp(prefix=prefix, dir=parent)), mode)


@contextmanager
def temporary_folder(prefix: str, *, parent: Path | None = None) -> Iterator[Path]:
    """Yield an empty folder that is removed at the end of the context."""
    folder = create_temporary_folder(prefix, parent=parent)
    try:
        empty = folder / "files"
        empty.mkdir(mode=0o700)
        yield empty
    finally:
        remove_folder(folder, parent=folder.parent, prefix=prefix)


def create_private_folder(path: Path) -> None:
    """Create a folder and its missing parents for this user alone, whatever the umask."""
    if not path.is_dir():
        create_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)


def can_be_written(path: Path) -> bool:
    """Whether files can be created in a folder, which need not exist yet."""
    places = (path.absolute(), *path.absolute().parents)
    existing = next(each for each in places if os.path.lexists(each))
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def remove_folder(path: Path, *, parent: Path, prefix: str = "") -> None:
    """Delete a folder with its contents; no error if it does not exist.

    Raises:
        ForeignFolderError: The harness did not create it; see ``require_own_folder``.
        HarnessError: A part of it cannot be deleted.
    """
    if not os.path.lexists(path):
        return
    try:
        if not _is_empty_folder(path):
            require_own_folder(path, parent=parent, prefix=prefix)
            _empty(path)
        path.rmdir()
    except FileNotFoundError:
        return
    except OSError as error:
        raise HarnessError(
            f"the folder {path} cannot be removed completely: {error}", remedy="delete it by hand"
        ) from error


def require_own_folder(path: Path, *, parent: Path, prefix: str = "") -> None:
    """Raise unless the harness created a folder, as this user.

    Args:
        parent: The folder that it must be in, directly.

    Raises:
        ForeignFolderError: It is elsewhere, has another name, is no folder or a link, belongs to
            another user, or does not hold the marker file of this very path.
    """
    if (reason := _why_foreign(path, parent, prefix)) is not None:
        raise ForeignFolderError(
            f"the folder {path} is not deleted or used: {reason}",
            remedy="look at it; if it is a leftover of the harness, delete it by hand",
        )


def _why_foreign(path: Path, parent: Path, prefix: str) -> str | None:
    if path.name in ("", "..") or path.parent.resolve() != parent.resolve():
        return f"it is not directly in {parent}"
    if not path.name.startswith(prefix):
        return f"its name does not begin with {prefix!r}"
    try:
        return _why_unmarked(path, path.lstat())
    except (OSError, UnicodeDecodeError) as error:
        return f"it cannot be examined: {error}"


def _why_unmarked(path: Path, status: os.stat_result) -> str | None:
    marker = path / MARKER
    if not stat.S_ISDIR(status.st_mode):
        return "it is a link or a file"
    if status.st_uid != os.geteuid():
        return f"it belongs to another user (uid {status.st_uid})"
    if marker.is_symlink() or not marker.is_file() or marker.read_text("utf-8") != _identity(path):
        return f"it holds no file {MARKER} with its path, so the harness did not create it"
    return None


def _marked(path: Path, mode: int) -> Path:
    marker = path / MARKER
    marker.touch(mode=0o600)
    marker.write_text(_identity(path), encoding="utf-8")
    path.chmod(mode)
    return path


def _identity(path: Path) -> str:
    return str(path.parent.resolve() / path.name)


def _is_empty_folder(path: Path) -> bool:
    """Whether there is nothing to lose: such as a folder whose marker was not written yet."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _empty(path: Path) -> None:
    """Delete the contents, the marker last: an interrupted removal can be repeated."""
    for child in path.iterdir():
        if child.name == MARKER:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    (path / MARKER).unlink()
