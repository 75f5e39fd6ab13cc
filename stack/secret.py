"""The secret with the database credentials; its password never leaves the apply.

docs/decisions/0002-password.md says why it is made this way.
"""

from stack.bindings import (
    Construct,
    Fn,
    TerraformStack,
    Token,
    secretsmanager_secret,
    secretsmanager_secret_version,
)
from stack.config import StackConfig

PASSWORD_LENGTH = 32
# What RDS refuses in a master password, and what would need escaping in JSON or a shell
# (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html).
REFUSED_CHARACTERS = "/@\" '\\`$"
_EPHEMERAL = "ephemeral.aws_secretsmanager_random_password.database"
_PASSWORD = f"{_EPHEMERAL}.random_password"  # an expression of Terraform, not a password


class Secret(Construct):
    """A secret, and the random password of this apply to put into it.

    The password is an ephemeral resource, which Terraform keeps neither in the plan nor in
    the state, and goes only into write-only arguments. cdktf has no bindings for ephemeral
    resources, hence the escape hatch.

    Attributes:
        arn: ARN of the secret.
        name: Name of the secret.
        password: Terraform expression for the password, for write-only arguments alone.
        password_version: Has to change for Terraform to write a new password.
    """

    def __init__(self, scope: Construct, id_: str, *, config: StackConfig) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._secret = secretsmanager_secret.SecretsmanagerSecret(
            self,
            "database",
            name=config.secret_name,
            description="Credentials of the catalog database",
            recovery_window_in_days=config.secret_recovery_window_days,
        )
        self.arn = self._secret.arn
        self.name = self._secret.name
        TerraformStack.of(self).add_override(
            _EPHEMERAL,
            {
                "password_length": PASSWORD_LENGTH,
                "exclude_characters": REFUSED_CHARACTERS,
                "require_each_included_type": True,
            },
        )
        self.password = f"${{{_PASSWORD}}}"
        self.password_version = config.password_version

    def store(
        self, *, host: str, port: int
    ) -> secretsmanager_secret_version.SecretsmanagerSecretVersion:
        """Put the credentials into the secret, in the shape that RDS and its Data API expect.

        Args:
            host: Endpoint of the database; empty when none is deployed.
            port: Port of the database.
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
