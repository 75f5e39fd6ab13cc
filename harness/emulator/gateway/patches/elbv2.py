"""Elastic Load Balancing: target health, target groups and their users, listeners, zones."""

from typing import Any

from harness.emulator.gateway.alb.proxy_target_group import is_proxy, reveal_arns
from harness.emulator.gateway.alb.registry import AlbRegistry
from harness.emulator.gateway.aws import AwsApi, parse, service_model
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.patches.ec2 import find_subnets
from harness.emulator.gateway.patches.placement import TaskPlacements
from harness.emulator.gateway.query import decode_form, encode_error, encode_result

_API = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"
_TARGET_GROUP = "TargetGroupArn"
_READ_ONLY = ("Describe", "Get")


class ProxyTargetGroups(Patch):
    """Routes to healthy targets in turn: listeners and rules are stored with proxies."""

    ministack = "sends each request to a random registered target, dead or alive"
    aws = "routes to healthy targets, round robin by default"
    documentation = (
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html"
    )
    service = "elasticloadbalancing"
    operations = frozenset({"CreateListener", "ModifyListener", "CreateRule", "ModifyRule"})

    def __init__(self, registry: AlbRegistry) -> None:
        self._registry = registry

    def matches(self, call: Call) -> bool:
        """Every call: any answer may name a proxy, any change may alter who routes where."""
        return call.service == self.service

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Hide groups behind proxies on the way in, reveal them on the way out."""
        form = call.form
        if call.operation in self.operations:
            call = call.with_form({name: self._hidden(name, form[name]) for name in form})
        response = await call_next(call)
        if response.ok and not call.operation.startswith(_READ_ONLY):
            await self._registry.synchronise(call.tenant)
        text = response.body.decode()
        revealed = reveal_arns(text, self._registry.real_arn)
        return response if revealed is text else response.with_body(revealed.encode())

    def _hidden(self, name: str, value: str) -> str:
        if not name.endswith(_TARGET_GROUP):
            return value
        return self._registry.proxy(value) or value


class TargetHealth(Patch):
    """Answers with the outcome of health checks that were really sent."""

    ministack = "DescribeTargetHealth says healthy of every registered target"
    aws = "tells initial, healthy, unhealthy, unused and draining, with reason and description"
    documentation = f"{_API}API_TargetHealth.html"
    service = "elasticloadbalancing"
    operations = frozenset({"DescribeTargetHealth"})

    def __init__(self, registry: AlbRegistry, placements: TaskPlacements) -> None:
        self._registry = registry
        self._placements = placements

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Answer for the groups that are served; others (lambda, TCP) pass."""
        model = service_model("elbv2").operation_model(call.operation)
        parameters = decode_form(call.form, model.input_shape)
        arn = parameters.get(_TARGET_GROUP, "")
        group = await self._registry.group(call.tenant, arn)
        if group is None:
            return await call_next(call)
        described = group.describe(parameters.get("Targets", []))
        zones = await self._placements.zones_by_address(call.tenant)
        for target in (each["Target"] for each in described):
            if target["Id"] in zones:
                target["AvailabilityZone"] = zones[target["Id"]]
        return encode_result(model, {"TargetHealthDescriptions": described})


class TargetGroupUsage(Patch):
    """Target groups know which load balancers use them, now and not once."""

    ministack = "LoadBalancerArns of a target group outlive its listeners; in-use groups can go"
    aws = "LoadBalancerArns follow listeners and rules; DeleteTargetGroup answers ResourceInUse"
    documentation = f"{_API}API_DeleteTargetGroup.html"
    service = "elasticloadbalancing"
    operations = frozenset(
        {"CreateTargetGroup", "DescribeTargetGroups", "ModifyTargetGroup", "DeleteTargetGroup"}
    )

    def __init__(self, registry: AlbRegistry) -> None:
        self._registry = registry

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Refuse to delete what is in use; complete what is described."""
        model = service_model("elbv2").operation_model(call.operation)
        form = call.form
        if call.operation == "DeleteTargetGroup":
            arn = form.get(_TARGET_GROUP, "")
            if not self._registry.load_balancers_of(arn):
                return await call_next(call)
            message = f"Target group '{arn}' is currently in use by a listener or a rule"
            return encode_error(model, "ResourceInUse", message)
        wanted = form.pop("LoadBalancerArn", None)
        response = await call_next(call.with_form(form))
        if not response.ok:
            return response
        groups = [each for each in _groups(call, response) if not is_proxy(each)]
        for group in groups:
            users = self._registry.load_balancers_of(group["TargetGroupArn"])
            group["LoadBalancerArns"] = list(users)
        shown = [each for each in groups if wanted in (None, *each["LoadBalancerArns"])]
        return encode_result(model, {"TargetGroups": shown})


class ListenerDeletion(Patch):
    """A deleted load balancer takes its listeners with it."""

    ministack = "DeleteLoadBalancer leaves listeners and rules behind"
    aws = "deleting a load balancer also deletes its listeners"
    documentation = f"{_API}API_DeleteLoadBalancer.html"
    service = "elasticloadbalancing"
    operations = frozenset({"DeleteLoadBalancer"})

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Delete the listeners, then the load balancer."""
        arn = call.form.get("LoadBalancerArn", "")
        listeners = await self._aws.call(
            call.tenant, "elbv2", "DescribeListeners", LoadBalancerArn=arn
        )
        for listener in listeners["Listeners"]:
            await self._aws.call(
                call.tenant, "elbv2", "DeleteListener", ListenerArn=listener["ListenerArn"]
            )
        return await call_next(call)


class LoadBalancerZones(Patch):
    """Zone names and VPC follow from the subnets of a load balancer."""

    ministack = "puts every subnet of a load balancer into zone a, and into vpc-00000001"
    aws = "AvailabilityZones and VpcId are those of the subnets"
    documentation = f"{_API}API_LoadBalancer.html"
    service = "elasticloadbalancing"
    operations = frozenset({"CreateLoadBalancer", "DescribeLoadBalancers", "SetSubnets"})

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Complete the zones of the answer."""
        response = await call_next(call)
        if not response.ok:
            return response
        model = service_model("elbv2").operation_model(call.operation)
        result = parse(model, response)
        balancers = result.get("LoadBalancers", [result])
        ids = [each["SubnetId"] for one in balancers for each in one["AvailabilityZones"]]
        known = await find_subnets(self._aws, call.tenant, ids)
        for balancer in balancers:
            _complete(balancer, {name: (known[name].zone, known[name].vpc) for name in known})
        return encode_result(model, result)


def _groups(call: Call, response: Response) -> list[dict[str, Any]]:
    model = service_model("elbv2").operation_model(call.operation)
    groups: list[dict[str, Any]] = parse(model, response)["TargetGroups"]
    return groups


def _complete(balancer: dict[str, Any], known: dict[str, tuple[str, str]]) -> None:
    for zone in balancer["AvailabilityZones"]:
        if zone["SubnetId"] in known:
            zone["ZoneName"], balancer["VpcId"] = known[zone["SubnetId"]]
