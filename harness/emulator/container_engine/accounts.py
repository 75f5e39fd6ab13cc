"""The unprivileged account for programs that do not run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import EmulatorError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user and group to run a process as."""

    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Return the account to drop to; None if this process is not root.

    Raises:
        EmulatorError: This process is root and the system has no such account.
    """
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmulatorError(
        "PostgreSQL refuses to run as root, and this system has none of the accounts "
        f"{', '.join(_CANDIDATES)}",
        remedy="run as an ordinary user, or create the account `nobody`",
    )


def require_account() -> None:
    """Raise if this process has a user ID without an account, which initdb looks up.

    Raises:
        EmulatorError: It has.
    """
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise EmulatorError(
            f"PostgreSQL does not run as user ID {os.geteuid()}, which has no account",
            remedy="run as an account of this system, or add a line for the ID to /etc/passwd",
        ) from error


def first_inaccessible_folder(path: Path) -> Path | None:
    """Return the topmost folder of a path that other accounts cannot enter; None if all can."""
    for folder in [*reversed(path.resolve().parents), path.resolve()]:
        if folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def change_owner(path: Path, account: Account | None) -> None:
    """Make an account the owner of a folder and its contents; no-op without an account."""
    if account is None:
        return
    os.chown(path, account.uid, account.gid)
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)
