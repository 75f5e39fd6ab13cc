"""The load balancers, listeners, rules and target groups of an account and region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.emulator.gateway.alb.health import HealthCheck
from harness.emulator.gateway.alb.target import TargetGroupConfig
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Caller

_SERVED_PROTOCOLS = ("HTTP", "HTTPS")
_SERVED_TYPES = ("ip", "instance")
_DRAINING = "deregistration_delay.timeout_seconds"
_IDLE = "idle_timeout.timeout_seconds"
_IDLE_SECONDS = 60.0
_ATTEMPTS = 10


@dataclass(frozen=True)
class LoadBalancer:
    """A load balancer: DNS name in lower case, ports of its listeners, ARNs of its groups."""

    arn: str
    host: str
    ports: frozenset[int]
    groups: frozenset[str]
    idle_seconds: float


@dataclass(frozen=True)
class Topology:
    """Load balancers by DNS name, and target groups that are served by ARN, of one caller."""

    load_balancers: Mapping[str, LoadBalancer]
    groups: Mapping[str, TargetGroupConfig]


async def read_topology(aws: AwsApi, caller: Caller) -> Topology:
    """Read the topology from the API; read again if a resource is deleted meanwhile.

    Raises:
        ApiError: A call failed, or the API kept listing resources that it does not find.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return await _read(aws, caller)
        except ApiError as error:
            if not error.code.endswith("NotFound"):
                raise
    return await _read(aws, caller)


async def _read(aws: AwsApi, caller: Caller) -> Topology:
    described = await aws.call(caller, "elbv2", "DescribeLoadBalancers")
    balancers = [await _load_balancer(aws, caller, each) for each in described["LoadBalancers"]]
    groups = (await aws.call(caller, "elbv2", "DescribeTargetGroups"))["TargetGroups"]
    return Topology(
        load_balancers={each.host: each for each in balancers},
        groups={
            group["TargetGroupArn"]: await _configuration(aws, caller, group, balancers)
            for group in groups
            if _is_served(group)
        },
    )


def _is_served(group: dict[str, Any]) -> bool:
    return group["TargetType"] in _SERVED_TYPES and group["Protocol"] in _SERVED_PROTOCOLS


async def _load_balancer(aws: AwsApi, caller: Caller, described: dict[str, Any]) -> LoadBalancer:
    arn = described["LoadBalancerArn"]
    listeners = await aws.call(caller, "elbv2", "DescribeListeners", LoadBalancerArn=arn)
    groups: set[str] = set()
    for listener in listeners["Listeners"]:
        groups |= await _forwarded(aws, caller, listener["ListenerArn"])
    return LoadBalancer(
        arn=arn,
        host=described["DNSName"].lower(),
        ports=frozenset(listener["Port"] for listener in listeners["Listeners"]),
        groups=frozenset(groups),
        idle_seconds=await _seconds(aws, caller, "LoadBalancer", arn, _IDLE) or _IDLE_SECONDS,
    )


async def _forwarded(aws: AwsApi, caller: Caller, listener_arn: str) -> set[str]:
    rules = await aws.call(caller, "elbv2", "DescribeRules", ListenerArn=listener_arn)
    return {
        arn
        for rule in rules["Rules"]
        for action in rule["Actions"]
        for arn in _target_group_arns(action)
    }


def _target_group_arns(action: dict[str, Any]) -> Iterable[str]:
    if "TargetGroupArn" in action:
        yield action["TargetGroupArn"]
    for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
        yield group["TargetGroupArn"]


async def _configuration(
    aws: AwsApi, caller: Caller, group: dict[str, Any], balancers: list[LoadBalancer]
) -> TargetGroupConfig:
    arn = group["TargetGroupArn"]
    users = [each for each in balancers if arn in each.groups]
    return TargetGroupConfig(
        check=HealthCheck.of(group),
        load_balancers=tuple(each.arn for each in users),
        draining_seconds=await _seconds(aws, caller, "TargetGroup", arn, _DRAINING),
        idle_seconds=max((each.idle_seconds for each in users), default=_IDLE_SECONDS),
    )


async def _seconds(aws: AwsApi, caller: Caller, kind: str, arn: str, key: str) -> float:
    """Return the value of an attribute; 0 if it has none."""
    described = await aws.call(caller, "elbv2", f"Describe{kind}Attributes", **{f"{kind}Arn": arn})
    return float({each["Key"]: each["Value"] for each in described["Attributes"]}.get(key) or 0)
