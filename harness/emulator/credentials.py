"""The credentials of a cloud: random, and different for each."""

import base64
import secrets
from dataclasses import dataclass, field

from harness.core.redaction import register_secret

_KEY_BYTES = 10  # 16 characters of base 32
_SECRET_BYTES = 30  # 40 characters of base 64


@dataclass(frozen=True)
class CloudCredentials:
    """An access key in the format of AWS, whose secret is registered for redaction.

    The secret is also that of the access keys that are account ids: twelve digits choose the
    account of a call.
    """

    access_key: str
    secret_key: str = field(repr=False)

    def __post_init__(self) -> None:
        register_secret(self.secret_key)

    @classmethod
    def generate(cls) -> "CloudCredentials":
        """Return new random credentials."""
        key = base64.b32encode(secrets.token_bytes(_KEY_BYTES)).decode()
        return cls(f"AKIA{key}", secrets.token_urlsafe(_SECRET_BYTES))
