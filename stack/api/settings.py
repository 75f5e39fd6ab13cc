"""The settings of the service, read once from its environment and validated."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

_HIGHEST_PORT = 65535
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class SettingsError(Exception):
    """An environment variable is missing or invalid; the message has its name."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The service's settings.

    The ``DB_*`` variables are injected by ECS from the JSON keys of the Aurora secret
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html).
    ``PGSSLROOTCERT`` and ``PGHOSTADDR`` are variables of libpq, which reads them itself
    (https://www.postgresql.org/docs/current/libpq-envars.html).

    Attributes:
        db_host: The name in the server's certificate.
        sslmode: ``PGSSLMODE``; ``require`` when unset: never silently without TLS.
        host: The address to listen on; all addresses of the container when unset.
        port: 0 for any free port.
    """

    db_username: str
    db_password: str = field(repr=False)
    db_host: str
    db_port: int
    db_name: str
    sslmode: str = "require"
    host: str = "0.0.0.0"  # noqa: S104 - the address of the container is not known in advance
    port: int = 8080
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables; an empty one counts as unset.

        Raises:
            SettingsError: A variable is missing or invalid.
        """
        required = ("DB_USERNAME", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_NAME")
        missing = [name for name in required if not environment.get(name)]
        if missing:
            raise SettingsError(
                f"{', '.join(missing)} not set: the ECS task definition injects DB_* from the "
                "database secret's keys username, password, host, port and dbname"
            )
        return cls(
            db_username=environment["DB_USERNAME"],
            db_password=environment["DB_PASSWORD"],
            db_host=environment["DB_HOST"],
            db_port=_port("DB_PORT", environment["DB_PORT"], lowest=1),
            db_name=environment["DB_NAME"],
            sslmode=_choice("PGSSLMODE", environment.get("PGSSLMODE") or cls.sslmode, _SSL_MODES),
            host=environment.get("HOST") or cls.host,
            port=_port("PORT", environment.get("PORT") or str(cls.port), lowest=0),
            log_level=_choice(
                "LOG_LEVEL",
                (environment.get("LOG_LEVEL") or cls.log_level).upper(),
                tuple(logging.getLevelNamesMapping()),
            ),
        )


def _port(variable: str, value: str, *, lowest: int) -> int:
    if value.isascii() and value.isdigit() and lowest <= int(value) <= _HIGHEST_PORT:
        return int(value)
    raise SettingsError(f"{variable} is {value!r}: not a port from {lowest} to {_HIGHEST_PORT}")


def _choice(variable: str, value: str, choices: tuple[str, ...]) -> str:
    if value in choices:
        return value
    raise SettingsError(f"{variable} is {value!r}: not one of {', '.join(choices)}")
