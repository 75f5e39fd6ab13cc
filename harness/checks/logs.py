"""The log group of the tasks."""

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal
from harness.checks.framework.expected import Tier


class Logs(ServiceChecks):
    """Checks of the log group."""

    service = "logs"
    tier = Tier.STORAGE
    requires = (Capability.LOGS,)

    @check("the tasks' log group exists and has the expected retention")
    def retention(self) -> str:
        """Compare the group's retention."""
        stack = self.context.expected
        response = self.context.clients.logs.describe_log_groups(
            logGroupNamePrefix=stack.log_group_name
        )
        days = {
            group["logGroupName"]: group.get("retentionInDays") for group in response["logGroups"]
        }
        expect(stack.log_group_name in days, f"log group {stack.log_group_name}", sorted(days))
        actual = days[stack.log_group_name]
        expect_equal("retention in days", actual, stack.log_retention_days)
        return f"{stack.log_group_name} retains events for {actual} days"
