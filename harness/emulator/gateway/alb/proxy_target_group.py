"""The hidden proxy target group that replaces a real one in listeners and rules.

Its name contains the id of the real group.
"""

import re
from collections.abc import Callable
from typing import Any

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller

_PREFIX = "proxy-for-"
_LOOPBACK = "127.0.0.1"
_ARN = re.compile(rf"arn:aws:elasticloadbalancing:[^:]+:\d+:targetgroup/{_PREFIX}(\w+)/\w+")


def is_proxy(target_group: dict[str, Any]) -> bool:
    """Whether a ``TargetGroup`` of the API is a proxy."""
    return bool(target_group["TargetGroupName"].startswith(_PREFIX))


def group_id_of(arn: str) -> str:
    """Return the id of the real group of an ARN, which may be that of a proxy."""
    found = _ARN.fullmatch(arn)
    return found[1] if found else arn.rpartition("/")[2]


def replace_proxy_arns(text: str, real_arn: Callable[[str], str | None]) -> str:
    """Replace the ARNs of proxies in a response of the API."""
    return _ARN.sub(lambda found: real_arn(found[1]) or found[0], text)


async def create_proxy(aws: AwsApi, caller: Caller, arn: str, port: int) -> str:
    """Create the proxy of a group, whose only target is a port of loopback; return its ARN."""
    created = await aws.call(
        caller,
        "elbv2",
        "CreateTargetGroup",
        Name=f"{_PREFIX}{group_id_of(arn)}",
        Protocol="HTTP",
        Port=80,
        TargetType="ip",
        HealthCheckEnabled=False,
    )
    proxy = str(created["TargetGroups"][0]["TargetGroupArn"])
    target = {"Id": _LOOPBACK, "Port": port}
    await aws.call(caller, "elbv2", "RegisterTargets", TargetGroupArn=proxy, Targets=[target])
    return proxy
