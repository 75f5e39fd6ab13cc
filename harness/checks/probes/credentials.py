"""The database credentials in the secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.checks.framework.context import CheckContext
from harness.core.errors import CheckFailedError
from harness.core.redaction import register_secret

_FIELDS = ("username", "password", "host", "port", "dbname", "engine")


@dataclass(frozen=True)
class Credentials:
    """The values of the secret; ``repr`` omits the password.

    ``document`` has all of them as they are in its JSON.
    """

    username: str
    password: str = field(repr=False)
    host: str
    port: int
    dbname: str
    document: Mapping[str, Any] = field(repr=False, default_factory=dict)


def read_credentials(context: CheckContext) -> Credentials:
    """Read the secret by its expected name and register its password for redaction.

    Raises:
        CheckFailedError: It is not JSON, or a field is missing or empty.
    """
    name = context.expected.secret_name
    secret = context.clients.secretsmanager.get_secret_value(SecretId=name)
    try:
        values = json.loads(secret["SecretString"])
    except ValueError:
        raise CheckFailedError("expected JSON in the secret, seen: something else") from None
    if not isinstance(values, dict):
        raise CheckFailedError("expected a JSON object in the secret, seen: another value")
    register_secret(str(values.get("password", "")))
    missing = [name for name in _FIELDS if values.get(name) in (None, "")]
    if missing:
        raise CheckFailedError(
            f"expected {', '.join(_FIELDS)} in the secret, missing: {', '.join(missing)}"
        )
    if not str(values["port"]).isdigit():
        raise CheckFailedError("expected a number as port in the secret, seen: another value")
    return Credentials(
        username=str(values["username"]),
        password=str(values["password"]),
        host=str(values["host"]),
        port=int(values["port"]),
        dbname=str(values["dbname"]),
        document=values,
    )
