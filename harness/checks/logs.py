"""The log group of the tasks."""

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expected import Tier

_FILTERS = {
    "SubscriptionFilters": "describe_subscription_filters subscriptionFilters",
    "MetricFilters": "describe_metric_filters metricFilters",
}
_POLICIES = {"DataProtection": "get_data_protection_policy", "Transformer": "get_transformer"}


class Logs(ServiceChecks):
    """Checks of the log group."""

    service = "logs"
    requires = (Tier.STORAGE, Capability.LOGS)

    @check("the tasks' log group is as configured, and nothing else reads or filters its events")
    def log_group(self) -> str:
        """Compare the group with its filters, data protection policy and transformer."""
        logs, name = self.context.clients.logs, self.context.expected.log_group_name
        groups = pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=name)
        more = {
            **self.read(logs, _FILTERS, logGroupName=name),
            **self.read(logs, _POLICIES, logGroupIdentifier=name),
        }
        found = [{**each, **more} for each in groups if each["logGroupName"] == name]
        return self.compare("log group", {each["logGroupName"]: each for each in found})
