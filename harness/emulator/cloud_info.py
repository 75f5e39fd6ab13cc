"""The info file of a running embedded cloud, in its folder."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from harness.core.errors import HarnessError
from harness.core.json_values import read_json
from harness.core.redaction import redact, register_secret

INFO_FILE = "cloud.json"
LOG_FILE = "cloud.log"
KEPT_FILE = "kept"
NAME_FILE = "name"
CA_FILE = "rds-ca.pem"
ENGINE_SOCKET = "docker.sock"
ENGINE_FOLDER = "engine"
_LOG_LINES = 25


@dataclass(frozen=True)
class CloudInfo:
    """A running embedded cloud.

    Attributes:
        directory: Its private folder: sockets, state, logs.
        endpoint: URL of the AWS API, ``http://127.0.0.1:PORT``.
        docker_host: Container engine, in the format of ``DOCKER_HOST``.
        pid: Process id of its supervisor.
        access_key: Access key of the only credentials that it accepts, besides those it issues.
        database: Its PostgreSQL server ("PostgreSQL 16.15 (...)"); empty if external.
        database_tls: Whether that server supports TLS.
    """

    directory: str
    endpoint: str
    region: str
    docker_host: str
    pid: int
    access_key: str
    secret_key: str = field(repr=False)
    database: str = ""
    database_tls: bool = True

    def __post_init__(self) -> None:
        register_secret(self.secret_key)

    @property
    def alive(self) -> bool:
        """Whether its supervisor runs.

        The folder in the command line distinguishes it from a later process with the same PID;
        start times are not reliable when the system clock changes.
        """
        try:
            return self.directory in psutil.Process(self.pid).cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    @property
    def has_built_in_engine(self) -> bool:
        """Whether containers run as processes of the cloud, without Docker."""
        return self.docker_host == f"unix://{Path(self.directory) / ENGINE_SOCKET}"

    @property
    def is_kept(self) -> bool:
        """Whether it outlives the process that started it."""
        return (Path(self.directory) / KEPT_FILE).exists()

    def environment(self) -> dict[str, str]:
        """Return the variables for AWS tools, SDKs and the Docker client to connect to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "DOCKER_HOST": self.docker_host,
        }

    def write(self) -> None:
        """Write the info file atomically; only its owner can read it."""
        path = Path(self.directory) / INFO_FILE
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self), indent=2))
        draft.replace(path)

    @classmethod
    def read(cls, directory: Path) -> "CloudInfo | None":
        """Read the info file in a folder; None if there is none.

        Raises:
            HarnessError: It is damaged, or was written by another version.
        """
        path = directory / INFO_FILE
        try:
            info = read_json(path, cls)
            if info.directory != str(directory):
                raise ValueError(f"it describes the cloud in {info.directory!r}")  # noqa: TRY301
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise HarnessError(
                f"{path} cannot be read: {error}",
                remedy="another version of the harness wrote it: stop the cloud with that version",
            ) from error
        return info


def log_tail(directory: str | Path) -> str:
    """Return the last lines of the log of a cloud, redacted; empty if there is none."""
    try:
        text = (Path(directory) / LOG_FILE).read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return redact("\n".join(text.splitlines()[-_LOG_LINES:]))
