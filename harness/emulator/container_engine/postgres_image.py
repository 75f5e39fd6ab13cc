"""PostgreSQL images: a real server, started like the entry point of the official image.

See https://hub.docker.com/_/postgres: ``POSTGRES_USER``, ``POSTGRES_PASSWORD`` and ``POSTGRES_DB``
are used when the data folder is empty, TCP connections require the password (SCRAM), SIGINT stops
the server (fast shutdown), and the server never runs as root.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.accounts import change_owner, require_account
from harness.emulator.container_engine.image import Image, Launch, LaunchContext
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
    find_local_postgres,
    find_postgres,
    stage_installation,
)

_SERVER = "postgres"
# The shortest timeout of libpq: a server that is stopped accepts connections and is silent.
_PING_SECONDS = 2
_INHERITED = ("PATH", "TZ", "LD_LIBRARY_PATH")
# Collation by Unicode code point, case mapping for all alphabets. macOS has other names for
# its UTF-8 locales.
_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
# From 18 on, the data folder of the official image is one level deeper.
_FIRST_WITH_VERSIONED_DATA = 18


@dataclass
class PostgresImage(Image):
    """``postgres:MAJOR`` and its variants; ``find_local`` downloads nothing."""

    major: int
    find: Callable[[int], PostgresInstallation] = find_postgres
    find_local: Callable[[int], PostgresInstallation | None] = find_local_postgres
    installation: PostgresInstallation | None = field(default=None, repr=False)

    repository = "postgres"
    default_command = ("docker-entrypoint.sh", _SERVER)
    port_variable = "PGPORT"
    port = 5432
    # MiniStack connects until it succeeds; a client of RDS must not wait for initdb.
    starts_in_background = True
    stop_signal = signal.SIGINT
    # Immediate shutdown: unlike after SIGKILL, the server removes its shared memory.
    orphan_signal = signal.SIGQUIT

    def __post_init__(self) -> None:
        self.tag = str(self.major)

    def has_tag(self, tag: str) -> bool:
        """Whether a tag is of the major version: ``16``, ``16.8``, ``16-alpine``."""
        return tag.partition("-")[0].partition(".")[0] == self.tag

    def present(self) -> bool:
        """Whether an installation is found without downloading one."""
        if self.installation is None:
            self.installation = self.find_local(self.major)
        return self.installation is not None

    def pull(self) -> None:
        """Find an installation, or download one."""
        require_account()
        if self.installation is None:
            self.installation = self.find(self.major)

    async def is_ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """Whether the server accepts connections; it does not while it is starting up."""
        where = (
            f"host={address} port={self.port_of(environment)} user=postgres dbname=postgres "
            f"connect_timeout={_PING_SECONDS}"
        )
        from psycopg.pq import PGconn, Ping  # noqa: PLC0415 - not at the start of a cloud

        return await asyncio.to_thread(PGconn.ping, where.encode()) == Ping.OK

    def launch(self, context: LaunchContext) -> Launch:
        """Return the server process, preceded by initdb if the data folder is empty."""
        self.pull()
        assert self.installation is not None  # noqa: S101 -- guaranteed by pull()
        installation = stage_installation(self.installation, context.shared_folder, context.account)
        if installation.major != self.major:
            context.note(
                f"PostgreSQL {self.major} was requested; {installation.origin} is "
                f"PostgreSQL {installation.version}"
            )
        data = self._data_folder(context)
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment["LC_ALL"] = "C"
        before: tuple[Launch, ...] = ()
        if not (data / "PG_VERSION").exists():
            before = _initialise(installation, context, data, environment)
        access = context.root / "pg_hba.conf"
        # All local clients, with the password.
        access.write_text("host all all 127.0.0.0/8 scram-sha-256\n", encoding="utf-8")
        change_owner(context.root, context.account)
        command = (
            str(installation.bin / _SERVER),
            *("-D", str(data), "-p", str(self.port_of(context.environment))),
            *("-c", f"listen_addresses={context.address}", "-c", "unix_socket_directories="),
            # In the data folder, which is removed; a killed server leaves files in /dev/shm.
            *("-c", f"hba_file={access}", "-c", "dynamic_shared_memory_type=mmap"),
            *_server_options(context, installation),
        )
        return Launch(command, environment, context.root, context.account, before)

    def _data_folder(self, context: LaunchContext) -> Path:
        parent = "/var/lib/postgresql"
        versioned = self.major >= _FIRST_WITH_VERSIONED_DATA
        default = f"{parent}/{self.major}/docker" if versioned else f"{parent}/data"
        path = context.environment.get("PGDATA", default)
        for mounted, folder in context.mounts.items():
            if path == mounted or path.startswith(f"{mounted}/"):
                data = folder / path.removeprefix(mounted).lstrip("/")
                break
        else:
            folder = context.root
            data = folder / path.lstrip("/")
        data.mkdir(parents=True, exist_ok=True)
        change_owner(folder, context.account)
        data.chmod(0o700)
        return data


def _initialise(
    installation: PostgresInstallation,
    context: LaunchContext,
    data: Path,
    environment: Mapping[str, str],
) -> tuple[Launch, ...]:
    user = context.environment.get("POSTGRES_USER", "postgres")
    password = context.environment.get("POSTGRES_PASSWORD", "")
    database = context.environment.get("POSTGRES_DB", user)
    if not password:
        raise EmulatorError(
            "Database is uninitialized and superuser password is not specified.",
            remedy="set POSTGRES_PASSWORD to a non-empty value",
        )
    password_file = context.root / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password + "\n", encoding="utf-8")
    initdb = (
        str(installation.bin / "initdb"),
        *("--pgdata", str(data), "--username", user, "--pwfile", str(password_file)),
        *("--encoding=UTF8", f"--locale={_LOCALE}", "--no-sync"),
        "--auth=scram-sha-256",
    )
    steps = [
        Launch(initdb, environment, context.root, context.account),
        Launch(("rm", str(password_file)), environment, context.root, context.account),
    ]
    if database != "postgres":
        # Single-user mode requires no temporary server and no password.
        single = (str(installation.bin / _SERVER), "--single", "-F", "-D", str(data), "postgres")
        quoted = database.replace('"', '""')
        statement = f'CREATE DATABASE "{quoted}"\n'.encode()
        steps.append(Launch(single, environment, context.root, context.account, stdin=statement))
    return tuple(steps)


def _server_options(context: LaunchContext, installation: PostgresInstallation) -> tuple[str, ...]:
    """Return the server arguments of the client, with real paths of copied files."""
    words = list(context.command)
    arguments = words[words.index(_SERVER) + 1 :] if _SERVER in words else words
    options: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-c", "--set"):
            options += _option(next(rest, ""), context, installation)
        else:
            options.append(argument)
    return tuple(options)


def _option(
    assignment: str, context: LaunchContext, installation: PostgresInstallation
) -> tuple[str, ...]:
    name, _, value = assignment.partition("=")
    if name in ("listen_addresses", "port"):
        return ()
    if name.startswith("ssl") and not installation.tls:
        context.note(f"{installation.origin} was built without TLS: {name} is left out")
        return ()
    inside = context.root / value.lstrip("/")
    if name.endswith("_file") and value.startswith("/") and inside.exists():
        value = str(inside)
    return ("-c", f"{name}={value}")
