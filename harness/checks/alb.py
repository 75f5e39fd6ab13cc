"""The load balancer: its settings, the health of its targets, requests to every task."""

from collections import Counter
from typing import TYPE_CHECKING

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import (
    RunningTask,
    load_balancer,
    running_tasks,
    target_group,
)
from harness.checks.probes.catalog_client import CatalogClient, task_of
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import TargetHealthDescriptionTypeDef

_TRAFFIC = (Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE)
_LOG_PREFIX = "alb"


class Alb(ServiceChecks):
    """Checks of the Application Load Balancer, its targets and its traffic."""

    service = "alb"
    tier = Tier.LOAD_BALANCER
    requires = (Capability.ELBV2,)

    @check("the load balancer is active and internet-facing in every zone")
    def active(self) -> str:
        """Compare state, scheme, type and subnets."""
        balancer = self.context.eventually(
            lambda: load_balancer(self.context),
            what="an active load balancer",
            ready=lambda actual: actual["State"]["Code"] == "active",
        )
        groups = balancer.get("SecurityGroups", [])
        subnets = {zone["SubnetId"] for zone in balancer["AvailabilityZones"]}
        zones = {zone["ZoneName"] for zone in balancer["AvailabilityZones"]}
        expect_equal("scheme", balancer["Scheme"], "internet-facing")
        expect_equal("type", balancer["Type"], "application")
        expect_equal("security groups", groups, [self.context.outputs.alb_security_group_id])
        expect_equal("subnets", subnets, set(self.context.outputs.public_subnet_ids))
        expect_equal("number of zones", len(zones), self.context.expected.availability_zone_count)
        return f"{balancer['LoadBalancerName']} is active in {', '.join(sorted(zones))}"

    @check("the only listener is on port 80 and forwards everything to the target group")
    def listener_forwards(self) -> str:
        """Compare every listener and every rule, by the load balancer's name."""
        arn = load_balancer(self.context)["LoadBalancerArn"]
        elbv2 = self.context.clients.elbv2
        listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        actual = [(listener.get("Protocol"), listener.get("Port")) for listener in listeners]
        expect_equal("listeners", actual, [("HTTP", 80)])
        rules = elbv2.describe_rules(ListenerArn=listeners[0]["ListenerArn"])["Rules"]
        actions = [
            (action["Type"], action.get("TargetGroupArn"))
            for rule in rules
            for action in rule["Actions"]
        ]
        expect_equal(
            "actions of its rules",
            actions,
            [("forward", target_group(self.context)["TargetGroupArn"])],
        )
        return f"HTTP:80 forwards to {self.context.expected.target_group_name}"

    @check("the target group has IP targets and checks their health at /healthz")
    def target_group_settings(self) -> str:
        """Compare target type, protocol and health check."""
        stack, group = self.context.expected, target_group(self.context)
        actual = {
            "target type": group.get("TargetType"),
            "protocol": group.get("Protocol"),
            "port": group.get("Port"),
            "VPC": group.get("VpcId"),
            "health check": (group.get("HealthCheckEnabled"), group.get("HealthCheckPath")),
            "matcher": group.get("Matcher", {}).get("HttpCode"),
        }
        expected = {
            "target type": "ip",
            "protocol": "HTTP",
            "port": stack.container_port,
            "VPC": self.context.outputs.vpc_id,
            "health check": (True, "/healthz"),
            "matcher": "200",
        }
        expect_equal("target group", actual, expected)
        return f"ip targets on port {stack.container_port}, health check: 200 from /healthz"

    @check("access logs go to the log bucket")
    def access_logs(self) -> str:
        """Compare the load balancer's attributes."""
        arn = load_balancer(self.context)["LoadBalancerArn"]
        response = self.context.clients.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
        values = {item["Key"]: item["Value"] for item in response["Attributes"]}
        bucket = self.context.expected.log_bucket_name
        expected = {"enabled": "true", "bucket": bucket, "prefix": _LOG_PREFIX}
        actual = {name: values.get(f"access_logs.s3.{name}") for name in expected}
        expect_equal("access logs", actual, expected)
        return f"access logs go to {bucket}/{_LOG_PREFIX}"

    @check(
        "every target is healthy, one per desired task",
        requires=(Capability.ECS_DATA_PLANE,),
        tiers=(Tier.SERVICE,),
    )
    def targets_healthy(self) -> str:
        """Wait until every target is healthy, as many as the desired count."""
        targets = self._healthy_targets()
        return f"{len(targets)} of {len(targets)} targets healthy: {', '.join(sorted(targets))}"

    @check(
        "the targets are tasks in different zones",
        requires=(Capability.ECS, Capability.ECS_DATA_PLANE),
        tiers=(Tier.SERVICE,),
    )
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
        plane=Plane.DATA,
        requires=_TRAFFIC,
        tiers=(Tier.SERVICE,),
    )
    def each_task_answers(self) -> str:
        """Request ``/healthz`` until each running task has responded, always with status 200."""
        tasks = {task.id for task in self._expected_tasks()}
        catalog = CatalogClient.at_load_balancer(self.context)
        responses = catalog.responses_of_tasks("/healthz", tasks=len(tasks))
        counts = Counter(task_of(response) for response in responses)
        expect_equal("tasks that responded", set(counts), tasks)
        shown = ", ".join(f"{task} {count}" for task, count in sorted(counts.items()))
        return f"{len(responses)} requests, all 200; by task: {shown}"

    def _expected_tasks(self) -> list[RunningTask]:
        expected = self.context.expected.desired_count
        return self.context.eventually(
            lambda: running_tasks(self.context),
            what=f"{expected} running tasks",
            ready=lambda actual: [task.status for task in actual] == ["RUNNING"] * expected,
        )

    def _healthy_targets(self) -> set[str]:
        arn = target_group(self.context)["TargetGroupArn"]
        expected = self.context.expected.desired_count

        def health() -> list[tuple[str, str]]:
            response = self.context.clients.elbv2.describe_target_health(TargetGroupArn=arn)
            return sorted(_state(target) for target in response["TargetHealthDescriptions"])

        def ready(actual: list[tuple[str, str]]) -> bool:
            return len(actual) == expected and all(state == "healthy" for _, state in actual)

        actual = self.context.eventually(
            health, what=f"{expected} targets, all healthy", ready=ready
        )
        return {address for address, _ in actual}


def _state(target: "TargetHealthDescriptionTypeDef") -> tuple[str, str]:
    state = target["TargetHealth"]["State"]
    reason = target["TargetHealth"].get("Reason")
    return target["Target"]["Id"], f"{state} ({reason})" if reason else state
