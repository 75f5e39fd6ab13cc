"""A real PostgreSQL server for the tests of the service."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

import psycopg

from harness.core.wait import wait_until
from harness.emulator.container_engine.accounts import change_owner, unprivileged_account
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
    find_local_postgres,
    find_postgres,
    stage_installation,
)
from stack.api.settings import Settings

PREFERRED_MAJOR = 16
OTHER_MAJORS = (17, 18, 15, 14)
USER = "catalog"
PASSWORD = "a secret/with: odd 'characters'\\"
HOST_NAME = "db.catalog.test"


class PostgresServer:
    """One server on a free loopback port, with TLS if ``certificate`` exists."""

    def __init__(self, folder: Path, installation: PostgresInstallation) -> None:
        self.account = unprivileged_account()
        self.installation = stage_installation(installation, folder, self.account)
        self.folder = folder
        self.port = _free_port()
        self.key = folder / "server.key"
        self.certificate = folder / "server.crt"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def tls(self) -> bool:
        return self.certificate.exists()

    def initialise(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(PASSWORD + "\n")
        if self.installation.tls:
            _make_certificate(self.key, self.certificate)
        change_owner(self.folder, self.account)
        arguments = ("-U", USER, "--pwfile", str(password_file), "--auth=scram-sha-256")
        encoding = ("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self._run("initdb", "-D", str(self.folder / "data"), *arguments, *encoding)
        if self.tls:
            # Not an option of the command line: it could not be changed while the server runs.
            with (self.folder / "data" / "postgresql.conf").open("a") as configuration:
                configuration.write("ssl = on\n")

    def start(self) -> None:
        options = ["unix_socket_directories=", "listen_addresses=127.0.0.1", "fsync=off"]
        options += [f"ssl_cert_file={self.certificate}", f"ssl_key_file={self.key}"]
        command = [str(self.installation.bin / "postgres"), "-D", str(self.folder / "data")]
        command += ["-p", str(self.port)]
        for option in options:
            command += ["-c", option]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._identity()
        )
        wait_until(
            lambda: self.query("SELECT 1", database="postgres"),
            what="a connection to the test database",
            ready=bool,
            timeout=20,
            delay=0.05,
            retry_on=(psycopg.OperationalError,),
        )

    def stop(self) -> None:
        """Stop at once, as in a crash: connections are not closed in order."""
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT: immediate shutdown
            self._process.wait(20)
            self._process = None

    def settings(self, database: str, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "db_username": USER,
            "db_password": PASSWORD,
            "db_host": "127.0.0.1",
            "db_port": self.port,
            "db_name": database,
            "sslmode": "disable",
            "host": "127.0.0.1",
            "port": 0,
        }
        return Settings(**(values | changes))

    def query(self, statement: LiteralString, *, database: str) -> list[tuple[Any, ...]]:
        with self._connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def locked(self, table: LiteralString, *, database: str) -> Iterator[None]:
        """Lock a table exclusively."""
        with self._connect(database) as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def without_tls(self) -> Iterator[None]:
        """Disable TLS on the server within the context."""
        self._set_tls("ALTER SYSTEM SET ssl = off")
        yield
        self._set_tls("ALTER SYSTEM RESET ssl")

    def _set_tls(self, statement: LiteralString) -> None:
        before = self.query("SHOW ssl", database="postgres")
        self.query(statement, database="postgres")
        self.query("SELECT pg_reload_conf()", database="postgres")
        wait_until(
            lambda: self.query("SHOW ssl", database="postgres"),
            what="the reloaded configuration",
            ready=lambda value: value != before or not self.tls,
            timeout=20,
            delay=0.02,
        )

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=PASSWORD,
            dbname=database,
            autocommit=True,
        )

    def _run(self, program: str, *arguments: str) -> None:
        command = (str(self.installation.bin / program), *arguments)
        subprocess.run(command, check=True, capture_output=True, **self._identity())

    def _identity(self) -> dict[str, Any]:
        place: dict[str, Any] = {"cwd": self.folder}
        if self.account is not None:
            place |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return place


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a server of the first installed major version; download one if there is none.

    Raises:
        ToolNotFoundError: None is installed, and none can be downloaded.
    """
    local = map(find_local_postgres, (PREFERRED_MAJOR, *OTHER_MAJORS))
    installation = next(filter(None, local), None) or find_postgres(PREFERRED_MAJOR)
    # Not pytest's folder: only this user can enter it, and the server may run as another user.
    with TemporaryDirectory(prefix="catalog-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = PostgresServer(folder, installation)
        server.initialise()
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _make_certificate(key: Path, certificate: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        return
    command = [openssl, "req", "-x509", "-nodes", "-days", "2", "-newkey", "rsa:2048"]
    command += ["-subj", f"/CN={HOST_NAME}", "-addext", f"subjectAltName=DNS:{HOST_NAME}"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    key.chmod(0o600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
