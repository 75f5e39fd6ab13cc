"""Elastic Load Balancing: target health, target groups and their users, listeners, zones."""

from typing import Any

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.aws import parse
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, ResultPatch, UsesAws
from harness.emulator.gateway.patches.ec2 import find_subnets
from harness.emulator.gateway.patches.placement import TaskPlacements
from harness.emulator.gateway.query import encode_result
from harness.emulator.gateway.repeated_calls import READS

_TARGET_GROUP = "TargetGroupArn"


class RoundRobin(Patch):
    """Has the registry, whose endpoints do round robin, follow every change of the routing."""

    service = "elasticloadbalancing"

    def __init__(self, registry: AlbRegistry) -> None:
        self._registry = registry

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Pass the call on, then read what it has changed."""
        response = await call_next(call)
        if response.ok and not call.operation.startswith(READS):
            await self._registry.synchronise(call.caller)
        return response


class TargetHealth(Patch):
    """Returns the results of health checks that the gateway sends."""

    service = "elasticloadbalancing"
    operations = frozenset({"DescribeTargetHealth"})

    def __init__(self, registry: AlbRegistry, placements: TaskPlacements) -> None:
        self._registry = registry
        self._placements = placements

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Describe the targets of served groups; other groups (lambda, TCP) pass."""
        parameters = call.parameters
        group = await self._registry.group(call.caller, parameters.get(_TARGET_GROUP, ""))
        if group is None:
            return await call_next(call)
        described = group.describe(parameters.get("Targets", []))
        targets = [each["Target"] for each in described]
        zones = {key.id: each.zone for key, each in group.registered.items() if each.zone}
        if any(target["Id"] not in zones for target in targets):
            zones |= await self._placements.zones_by_address(group.caller)
            for key, each in group.registered.items():
                each.zone = zones.get(key.id, "")
        for target in targets:
            if target["Id"] in zones:
                target["AvailabilityZone"] = zones[target["Id"]]
        return encode_result(call.model, {"TargetHealthDescriptions": described})


class TargetGroupUsage(Patch):
    """Derives the load balancers of a target group from current listeners and rules."""

    service = "elasticloadbalancing"
    operations = frozenset(
        {"CreateTargetGroup", "DescribeTargetGroups", "ModifyTargetGroup", "DeleteTargetGroup"}
    )

    def __init__(self, registry: AlbRegistry) -> None:
        self._registry = registry

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Return an error for the deletion of a group in use; pass on without the load balancer."""
        form = call.form
        arn, balancer = form.get(_TARGET_GROUP, ""), form.pop("LoadBalancerArn", None)
        if call.operation == "DeleteTargetGroup" and self._registry.load_balancers_of(arn):
            message = f"Target group '{arn}' is currently in use by a listener or a rule"
            return call.error("ResourceInUse", message)
        response = await call_next(call.with_form(form))
        if not response.ok or call.operation == "DeleteTargetGroup":
            return response
        groups = parse(call.model, response)["TargetGroups"]
        for group in groups:
            arns = self._registry.load_balancers_of(group["TargetGroupArn"])
            group["LoadBalancerArns"] = list(arns)
        shown = [each for each in groups if balancer in (None, *each["LoadBalancerArns"])]
        return encode_result(call.model, {"TargetGroups": shown})


class ListenerDeletion(UsesAws, Patch):
    """Deletes the listeners of a load balancer with it."""

    service = "elasticloadbalancing"
    operations = frozenset({"DeleteLoadBalancer"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Delete the listeners, then the load balancer."""
        arn = call.form.get("LoadBalancerArn", "")
        listeners = await self._aws.call(
            call.caller, "elbv2", "DescribeListeners", LoadBalancerArn=arn
        )
        for listener in listeners["Listeners"]:
            await self._aws.call(
                call.caller, "elbv2", "DeleteListener", ListenerArn=listener["ListenerArn"]
            )
        return await call_next(call)


class LoadBalancerZones(UsesAws, ResultPatch):
    """Derives zone names and VPC of a load balancer from its subnets.

    It refuses an internet-facing one in a VPC without an attached internet gateway.
    """

    service = "elasticloadbalancing"
    operations = frozenset({"CreateLoadBalancer", "DescribeLoadBalancers", "SetSubnets"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Refuse the creation, or correct the result."""
        given = call.parameters
        if call.operation == "CreateLoadBalancer" and given.get("Scheme") != "internal":
            subnets = await find_subnets(self._aws, call.caller, given.get("Subnets", ()))
            listed = await self._aws.call(call.caller, "ec2", "DescribeInternetGateways")
            attached = {
                v["VpcId"] for each in listed["InternetGateways"] for v in each["Attachments"]
            }
            for vpc in {each["VpcId"] for each in subnets.values()} - attached:
                return call.error("InvalidSubnet", f"VPC {vpc} has no internet gateway")
        return await super().handle(call, call_next)

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        balancers = result.get("LoadBalancers", [result])
        ids = [each["SubnetId"] for one in balancers for each in one["AvailabilityZones"]]
        subnets = await find_subnets(self._aws, call.caller, ids)
        for balancer in balancers:
            for zone in balancer["AvailabilityZones"]:
                if subnet := subnets.get(zone["SubnetId"]):
                    zone["ZoneName"] = subnet["AvailabilityZone"]
                    balancer["VpcId"] = subnet["VpcId"]
