"""The load balancer, its listener and its target group as ELBv2 describes them."""

from typing import TYPE_CHECKING

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect_equal
from harness.checks.resources import load_balancer, target_group
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    pass

__all__ = ["AlbSettings"]

_ELBV2 = (Capability.ELBV2,)
_LOG_PREFIX = "alb"


class AlbSettings(ServiceChecks):
    """Checks of the configuration of the Application Load Balancer."""

    service = "alb"
    tier = Tier.LOAD_BALANCER

    @check(
        "the load balancer is active and faces the internet in every zone",
        plane=Plane.CONTROL,
        requires=_ELBV2,
    )
    def active(self) -> str:
        """Compare state, scheme, type and subnets."""
        balancer = self.context.eventually(
            lambda: load_balancer(self.context),
            what="an active load balancer",
            ready=lambda seen: seen["State"]["Code"] == "active",
        )
        groups = balancer.get("SecurityGroups", [])
        subnets = {zone["SubnetId"] for zone in balancer["AvailabilityZones"]}
        zones = {zone["ZoneName"] for zone in balancer["AvailabilityZones"]}
        expect_equal("scheme", balancer["Scheme"], "internet-facing")
        expect_equal("type", balancer["Type"], "application")
        expect_equal("security groups", groups, [self.context.outputs.alb_security_group_id])
        expect_equal("subnets", subnets, set(self.context.outputs.public_subnet_ids))
        expect_equal("number of zones", len(zones), self.context.config.availability_zone_count)
        return f"{balancer['LoadBalancerName']} is active in {', '.join(sorted(zones))}"

    @check(
        "the only listener is on port 80 and forwards everything to the target group",
        plane=Plane.CONTROL,
        requires=_ELBV2,
    )
    def listener_forwards(self) -> str:
        """Compare every listener and every rule, by the load balancer's name."""
        arn = load_balancer(self.context)["LoadBalancerArn"]
        elbv2 = self.context.clients.elbv2
        listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        seen = [(listener.get("Protocol"), listener.get("Port")) for listener in listeners]
        expect_equal("listeners", seen, [("HTTP", 80)])
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
        return f"HTTP:80 forwards to {self.context.config.target_group_name}"

    @check(
        "the target group takes addresses of tasks and asks /healthz",
        plane=Plane.CONTROL,
        requires=_ELBV2,
    )
    def target_group_settings(self) -> str:
        """Compare target type, protocol and health check."""
        config, group = self.context.config, target_group(self.context)
        seen = {
            "target type": group.get("TargetType"),
            "protocol": group.get("Protocol"),
            "port": group.get("Port"),
            "VPC": group.get("VpcId"),
            "health check": (group.get("HealthCheckEnabled"), group.get("HealthCheckPath")),
            "matcher": group.get("Matcher", {}).get("HttpCode"),
        }
        wanted = {
            "target type": "ip",
            "protocol": "HTTP",
            "port": config.container_port,
            "VPC": self.context.outputs.vpc_id,
            "health check": (True, "/healthz"),
            "matcher": "200",
        }
        expect_equal("target group", seen, wanted)
        return f"ip targets on port {config.container_port}, health check /healthz wants 200"

    @check(
        "access logs go to the log bucket",
        plane=Plane.CONTROL,
        requires=_ELBV2,
    )
    def access_logs(self) -> str:
        """Compare the load balancer's attributes."""
        arn = load_balancer(self.context)["LoadBalancerArn"]
        answer = self.context.clients.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
        values = {item["Key"]: item["Value"] for item in answer["Attributes"]}
        bucket = self.context.config.log_bucket_name
        wanted = {"enabled": "true", "bucket": bucket, "prefix": _LOG_PREFIX}
        seen = {name: values.get(f"access_logs.s3.{name}") for name in wanted}
        expect_equal("access logs", seen, wanted)
        return f"access logs go to {bucket}/{_LOG_PREFIX}"
