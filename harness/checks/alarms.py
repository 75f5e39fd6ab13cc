"""The alarms and the dashboard."""

from typing import Any

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.aws.tags import PROJECT_TAGS, as_tags
from harness.checks.framework.check import ServiceChecks, check, expect
from harness.checks.framework.expected import Tier


class Alarms(ServiceChecks):
    """Checks of the CloudWatch alarms and the dashboard."""

    service = "alarms"
    requires = (Tier.MONITORING, Capability.CLOUDWATCH, Capability.EC2)

    @check("the alarms are exactly the configured ones, each on its metric")
    def metrics(self) -> str:
        """Compare every setting of every alarm, also of composite ones."""
        described = {
            alarm["AlarmName"]: {
                **alarm,
                "Dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", ())},
            }
            for alarm in self._alarms()
        }
        return self.compare("alarm", described)

    @check("no alarm is in the state ALARM")
    def none_in_alarm(self) -> str:
        """Compare the state of every alarm; of the scaling policies, high use alone alarms."""
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in self._alarms()}
        alarmed = [name for name, state in states.items() if state == "ALARM"]
        expect(not alarmed, "no alarm in ALARM", ", ".join(alarmed))
        return f"{len(states)} alarms: {', '.join(sorted(set(states.values())))}"

    @check("the dashboard is as configured")
    def dashboard(self) -> str:
        """Compare the whole body of the dashboard."""
        name = self.context.expected.dashboard_name
        dashboard: Any = self.context.clients.cloudwatch.get_dashboard(DashboardName=name)
        return self.compare("dashboard", {name: dashboard})

    def _alarms(self) -> list[Any]:
        suffix = f"-{self.context.expected.environment_suffix}"
        found = pages(
            self.context.clients.cloudwatch,
            "describe_alarms",
            "[MetricAlarms, CompositeAlarms][]",
            AlarmNamePrefix=self.context.expected.alarm_prefix,
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )
        return [
            each for each in found if each["AlarmName"].endswith(suffix) and self._is_ours(each)
        ]

    def _is_ours(self, alarm: Any) -> bool:
        """Whether an alarm is configured, or at least not tagged as that of another project."""
        if alarm["AlarmName"] in self.context.configured.get("alarm", {}):
            return True
        cloudwatch = self.context.clients.cloudwatch
        tags = as_tags(cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"])
        return tags.get("Project", PROJECT_TAGS["Project"]) == PROJECT_TAGS["Project"]
