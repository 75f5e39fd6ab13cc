"""The secret: its settings and its resource policy."""

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.description import Comparison
from harness.checks.framework.expected import Tier

_SECRET = Comparison(
    "secret",
    {
        "CreatedDate": "of its creation",
        "LastChangedDate": "changes with each version",
        "LastAccessedDate": "changes with use",
        "VersionIdsToStages": "ids assigned by AWS; compared as Stages",
        "PrimaryRegion": "of replicated secrets",
    },
    # aurora/secret-matches-cluster has the value of this one.
    {"Stages": "AWSCURRENT"},
)


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
        return self.compare(_SECRET, {described["ARN"]: {**described, **more}})
