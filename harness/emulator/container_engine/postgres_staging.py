"""Puts a PostgreSQL installation where the account that runs it can reach it."""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from harness.emulator.container_engine.accounts import Account, first_closed_folder
from harness.emulator.container_engine.postgres_install import PostgresInstallation


def staged(
    installation: PostgresInstallation, shared: Path, account: Account | None
) -> PostgresInstallation:
    """Return an installation that an account can run: itself, or a copy in a shared folder."""
    if account is None or first_closed_folder(installation.bin) is None:
        return installation
    target = shared / f"postgresql-{installation.version}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="postgresql-", dir=shared))
        shutil.copytree(
            installation.bin.parent,
            draft,
            copy_function=_link_or_copy,
            symlinks=True,
            dirs_exist_ok=True,
        )
        draft.chmod(0o755)
        draft.rename(target)
    return replace(installation, bin=target / installation.bin.name)


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        # Another file system.
        shutil.copy2(source, target)
    return target
