"""EC2: rules of security groups, identified by protocol, ports and source."""

import re
from collections.abc import Iterator
from typing import Any

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, ec2_error

_ALL = "-1"
_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": _ALL}
_FIELD = re.compile(r"IpPermissions\.(\d+)\.(\w+)")
_SOURCE = re.compile(r"IpPermissions\.(\d+)\.(\w+)\.(\d+)\.(\w+)")
_IDENTITIES = ("CidrIp", "CidrIpv6", "GroupId", "PrefixListId")
_RULE_SOURCES = ("CidrIpv4", "CidrIpv6", "PrefixListId")
# Parameters of requests with a single rule, without IpPermissions.
_FLAT = {"CidrIp": "IpRanges", "CidrIpv6": "Ipv6Ranges"}
_FLAT_GROUP = {"SourceSecurityGroupId": "GroupId", "SourceSecurityGroupOwnerId": "UserId"}
_MISSING = "The specified rule does not exist in this security group."

RuleKey = tuple[str, str, str, str]


class SecurityGroupRules(Patch):
    """Stores one rule for each source; finds the rules to revoke by what identifies them."""

    ministack = (
        "stores a permission as one rule and revokes only one that is the same in every field, "
        "such as the owner and the description of a group; otherwise it changes nothing"
    )
    aws = "protocol, ports and source identify a rule; InvalidPermission.NotFound if there is none"
    documentation = (
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html"
    )
    service = "ec2"
    operations = frozenset(
        f"{verb}SecurityGroup{direction}"
        for verb in ("Authorize", "Revoke")
        for direction in ("Ingress", "Egress")
    )

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the permissions of the request: by one for each source, or by rule ids."""
        form = call.form
        rules = list(_single_rules(form))
        if not rules or not all(any(name in rule for name in _IDENTITIES) for rule in rules):
            return await call_next(call)
        kept = {name: value for name, value in form.items() if not _describes_a_rule(name)}
        if call.operation.startswith("Authorize"):
            return await call_next(call.with_form(kept | _permissions(rules)))
        ids = await self._ids(call, form.get("GroupId", ""))
        wanted = [ids.get(_key(rule)) for rule in rules]
        if None in wanted:
            return ec2_error("InvalidPermission.NotFound", _MISSING)
        numbered = {f"SecurityGroupRuleId.{n}": str(each) for n, each in enumerate(wanted, 1)}
        return await call_next(call.with_form(kept | numbered))

    async def _ids(self, call: Call, group: str) -> dict[RuleKey, str]:
        described = await self._aws.call(
            call.caller,
            "ec2",
            "DescribeSecurityGroupRules",
            Filters=[{"Name": "group-id", "Values": [group]}],
        )
        egress = call.operation.endswith("Egress")
        rules = [r for r in described["SecurityGroupRules"] if r["IsEgress"] == egress]
        return {_key_of_rule(rule): rule["SecurityGroupRuleId"] for rule in rules}


def _describes_a_rule(name: str) -> bool:
    flat = ("IpProtocol", "FromPort", "ToPort", "SourceSecurityGroupName", *_FLAT, *_FLAT_GROUP)
    return name in flat or name.startswith("IpPermissions.")


def _single_rules(form: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the fields of each rule with one source; ``kind`` is the list that contains it."""
    form = form | _nested(form)
    sources: dict[tuple[str, str, str], dict[str, str]] = {}
    for name, value in form.items():
        if found := _SOURCE.fullmatch(name):
            number, kind, position, field = found.groups()
            sources.setdefault((number, kind, position), {})[field] = value
    for (number, kind, _), fields in sources.items():
        common = {
            found[2]: value
            for name, value in form.items()
            if (found := _FIELD.fullmatch(name)) and found[1] == number
        }
        yield {**common, **fields, "kind": kind}


def _nested(form: dict[str, str]) -> dict[str, str]:
    """Return the parameters of a request with a single rule as a permission."""
    first = "IpPermissions.1"
    if f"{first}.IpProtocol" in form or "IpProtocol" not in form:
        return {}
    fields = {
        f"{first}.{name}": form[name]
        for name in ("IpProtocol", "FromPort", "ToPort")
        if name in form
    }
    ranges = {
        f"{first}.{kind}.1.{name}": form[name] for name, kind in _FLAT.items() if name in form
    }
    group = {
        f"{first}.Groups.1.{field}": form[name]
        for name, field in _FLAT_GROUP.items()
        if name in form
    }
    return fields | ranges | group


def _permissions(rules: list[dict[str, str]]) -> dict[str, str]:
    form = {}
    for number, rule in enumerate(rules, 1):
        for name, value in rule.items():
            if name in ("IpProtocol", "FromPort", "ToPort"):
                form[f"IpPermissions.{number}.{name}"] = value
            elif name != "kind":
                form[f"IpPermissions.{number}.{rule['kind']}.1.{name}"] = value
    return form


def _key(rule: dict[str, str]) -> RuleKey:
    source = next(rule[name] for name in _IDENTITIES if name in rule)
    return _normal(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), source)


def _key_of_rule(rule: dict[str, Any]) -> RuleKey:
    source = next((rule[name] for name in _RULE_SOURCES if rule.get(name)), None)
    group = rule.get("ReferencedGroupInfo", {}).get("GroupId", "")
    return _normal(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), source or group)


def _normal(protocol: str, first: object, last: object, source: str) -> RuleKey:
    """Return the identity of a rule; one for all protocols is for all ports."""
    protocol = _PROTOCOLS.get(protocol.lower(), protocol.lower())
    ports = (_ALL, _ALL) if protocol == _ALL else (str(first), str(last))
    return (protocol, *ports, source)
