"""The log group of the tasks."""

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expect import expect, expect_equal
from harness.run.evidence import Plane
from stack.tiers import Tier


class Logs(ServiceChecks):
    """Checks of the log group."""

    service = "logs"
    tier = Tier.STORAGE

    @check(
        "the tasks' log group exists and forgets",
        plane=Plane.CONTROL,
        requires=(Capability.LOGS,),
    )
    def retention(self) -> str:
        """Compare the group's retention."""
        config = self.context.config
        answer = self.context.clients.logs.describe_log_groups(
            logGroupNamePrefix=config.log_group_name
        )
        days = {
            group["logGroupName"]: group.get("retentionInDays") for group in answer["logGroups"]
        }
        expect(config.log_group_name in days, f"log group {config.log_group_name}", sorted(days))
        seen = days[config.log_group_name]
        expect_equal("retention in days", seen, config.log_retention_days)
        return f"{config.log_group_name} keeps {seen} days"
