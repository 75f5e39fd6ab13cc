"""The secret: its settings and its resource policy."""

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expected import Tier


class DatabaseSecret(ServiceChecks):
    """Checks of the secret with the database credentials."""

    service = "database-secret"
    requires = (Tier.SECRET, Capability.SECRETSMANAGER)

    @check("the secret is as configured, and has no resource policy, replica or rotation")
    def settings(self) -> str:
        """Compare the secret with its resource policy and the stages of its versions."""
        secrets, name = self.context.clients.secretsmanager, self.context.expected.secret_name
        described = secrets.describe_secret(SecretId=name)
        policy = secrets.get_resource_policy(SecretId=name).get("ResourcePolicy", "")
        stages = {stage for some in described["VersionIdsToStages"].values() for stage in some}
        more = {"ResourcePolicy": policy, "Stages": sorted(stages - {"AWSPREVIOUS"})}
        return self.compare("secret", {described["ARN"]: {**described, **more}})
