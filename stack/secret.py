"""The secret with the database credentials; the password is in no plan and no state.

Reasons: docs/decisions/0002-password.md.
"""

from .bindings import (
    Fn,
    TerraformStack,
    Token,
    secretsmanager_secret,
    secretsmanager_secret_version,
)
from .part import ConfiguredStack, Part

PASSWORD_LENGTH = 32
# Characters that RDS rejects in a master password, or that need escaping in JSON or a shell
# (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html).
EXCLUDED_CHARACTERS = "/@\" '\\`$"
_EPHEMERAL = "ephemeral.aws_secretsmanager_random_password.database"
_PASSWORD = f"{_EPHEMERAL}.random_password"  # an expression of Terraform, not a password


class Secret(Part):
    """A secret, and the random password that an apply stores in it.

    The password is an ephemeral resource, which Terraform stores neither in the plan nor in
    the state, and is passed to write-only arguments only. cdktf has no bindings for ephemeral
    resources, hence the escape hatch.

    Attributes:
        password: Terraform expression for the password, for write-only arguments only.
        password_version: Terraform writes a new password when it changes.
    """

    def __init__(self, stack: ConfiguredStack) -> None:
        super().__init__(stack, "secret")
        config = stack.config
        self._secret = secretsmanager_secret.SecretsmanagerSecret(
            self,
            "database",
            name=config.secret_name,
            description="Credentials of the catalog database",
            recovery_window_in_days=config.secret_recovery_window_days,
        )
        self.arn = self._secret.arn
        self._declare(secret_arn=self.arn, secret_name=self._secret.name)
        TerraformStack.of(self).add_override(
            _EPHEMERAL,
            {
                "password_length": PASSWORD_LENGTH,
                "exclude_characters": EXCLUDED_CHARACTERS,
                "require_each_included_type": True,
            },
        )
        self.password = f"${{{_PASSWORD}}}"
        self.password_version = config.password_version

    def store(
        self, *, host: str, port: int
    ) -> secretsmanager_secret_version.SecretsmanagerSecretVersion:
        """Store the credentials in the secret, in the format of RDS and its Data API.

        Args:
            host: Endpoint of the database; empty if none is deployed.
        """
        return secretsmanager_secret_version.SecretsmanagerSecretVersion(
            self,
            "credentials",
            secret_id=self._secret.id,
            secret_string_wo=Fn.jsonencode(
                {
                    "username": self._config.master_username,
                    "password": Token.as_any(_PASSWORD),
                    "host": host,
                    "port": port,
                    "dbname": self._config.database_name,
                    "engine": "postgres",
                }
            ),
            secret_string_wo_version=self.password_version,
        )
