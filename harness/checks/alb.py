"""The load balancer: its settings, the health of its targets, requests to every task."""

from typing import Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal
from harness.checks.framework.description import named
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import (
    load_balancer,
    running_tasks,
    target_group,
    target_health,
)
from harness.checks.probes.catalog_client import CatalogClient
from harness.run.evidence import Plane

_TASKS = (Tier.SERVICE, Capability.ECS_DATA_PLANE)


class Alb(ServiceChecks):
    """Checks of the Application Load Balancer, its targets and its traffic."""

    service = "alb"
    requires = (Tier.LOAD_BALANCER, Capability.ELBV2)

    @check("the load balancer is active, and as configured: internet-facing, with access logs")
    def load_balancer(self) -> str:
        """Wait until it is active, and compare it with all its attributes."""
        balancer = self.context.eventually(
            lambda: load_balancer(self.context),
            what="an active load balancer",
            ready=lambda actual: actual["State"]["Code"] == "active",
        )
        arn = balancer["LoadBalancerArn"]
        subnets = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
        attributes = self.context.clients.elbv2.describe_load_balancer_attributes(
            LoadBalancerArn=arn
        )
        described = {**balancer, "AvailabilityZones": subnets, "Attributes": _values(attributes)}
        return self.compare("load balancer", {arn: described})

    @check("the only listener has only its default rule, which forwards to the target group")
    def listener(self) -> str:
        """Compare every listener with all its rules and attributes."""
        elbv2, arn = self.context.clients.elbv2, load_balancer(self.context)["LoadBalancerArn"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        described = {
            each["ListenerArn"]: {
                **each,
                "Attributes": _values(
                    elbv2.describe_listener_attributes(ListenerArn=each["ListenerArn"])
                ),
                "Rules": named(
                    elbv2.describe_rules(ListenerArn=each["ListenerArn"])["Rules"],
                    lambda rule: rule["Priority"],
                ),
            }
            for each in listeners
        }
        return self.compare("listener", described)

    @check("the target group is as configured: IP targets, their health checked at /healthz")
    def target_group(self) -> str:
        """Compare the target group with all its attributes."""
        group = target_group(self.context)
        arn = group["TargetGroupArn"]
        attributes = self.context.clients.elbv2.describe_target_group_attributes(TargetGroupArn=arn)
        balancers = [load_balancer(self.context)["LoadBalancerArn"]]
        expect_equal("load balancers", group.get("LoadBalancerArns"), balancers)
        return self.compare("target group", {arn: {**group, "Attributes": _values(attributes)}})

    @check("every target is healthy, one per desired task", *_TASKS)
    def targets_healthy(self) -> str:
        """Wait until every target is healthy, as many as the desired count."""
        targets = self._healthy_targets()
        return f"{len(targets)} of {len(targets)} targets healthy: {', '.join(sorted(targets))}"

    @check("the targets are tasks in different zones", *_TASKS, Capability.ECS)
    def targets_in_different_zones(self) -> str:
        """Match each target's address with a task, and compare the zones of these tasks."""
        targets = self._healthy_targets()
        zones = {task.address: task.zone for task in running_tasks(self.context)}
        unknown = targets - set(zones)
        expect(not unknown, "every target to be a running task", ", ".join(sorted(unknown)))
        stack = self.context.expected
        expected = min(stack.desired_count, stack.availability_zone_count)
        used = {zones[address] for address in targets}
        expect(len(used) == expected, f"targets in {expected} different zones", sorted(used))
        return f"targets in {', '.join(sorted(used))}"

    @check(
        "every task responds to requests to the load balancer's DNS name",
        *_TASKS,
        Capability.ALB_DATA_PLANE,
        plane=Plane.DATA,
    )
    def each_task_answers(self) -> str:
        """Request ``/healthz`` until each running task has responded, always with status 200."""
        count = self.context.expected.desired_count
        tasks = self.context.eventually(
            lambda: running_tasks(self.context),
            what=f"{count} running tasks",
            ready=lambda actual: [task.status for task in actual] == ["RUNNING"] * count,
        )
        catalog = CatalogClient.at_load_balancer(self.context)
        responses = catalog.each_task(lambda: catalog.send("GET", "/healthz"))
        expect_equal("tasks that responded", set(responses), {task.id for task in tasks})
        return f"200 from every task: {', '.join(sorted(responses))}"

    def _healthy_targets(self) -> set[str]:
        expected = self.context.expected.desired_count
        actual = self.context.eventually(
            lambda: target_health(self.context),
            what=f"{expected} targets, all healthy",
            ready=lambda actual: list(actual.values()) == ["healthy"] * expected,
        )
        return set(actual)


def _values(response: Any) -> dict[str, str]:
    """Return key -> value of the attributes that are set."""
    values = {item["Key"]: item["Value"] for item in response["Attributes"]}
    return {key: value for key, value in values.items() if value not in ("false", "0")}
