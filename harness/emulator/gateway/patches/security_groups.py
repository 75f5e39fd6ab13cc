"""EC2: rules of security groups, identified by protocol, ports and source."""

from collections.abc import Iterator
from typing import Any

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, UsesAws

_ALL = "-1"
_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": _ALL}
_PORTS = ("IpProtocol", "FromPort", "ToPort")
# List of a permission -> what identifies its items.
_SOURCES = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "UserIdGroupPairs": "GroupId",
    "PrefixListIds": "PrefixListId",
}
_SOURCES_OF_RULES = ("CidrIpv4", "CidrIpv6", "PrefixListId")
_MISSING = "The specified rule does not exist in this security group."

Rule = dict[str, Any]
RuleKey = tuple[str, str, str, str]


class SecurityGroupRules(UsesAws, Patch):
    """Stores one rule for each source; finds the rules to revoke by what identifies them."""

    service = "ec2"
    operations = frozenset(
        f"{verb}SecurityGroup{direction}"
        for verb in ("Authorize", "Revoke")
        for direction in ("Ingress", "Egress")
    )

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the permissions of the request: by one for each source, or by rule ids."""
        given = call.parameters
        rules = list(_single_rules(given))
        if not rules or not all(map(_source, rules)):
            return await call_next(call)
        kept = {name: given[name] for name in given.keys() - {*_PORTS, "CidrIp", "IpPermissions"}}
        if call.operation.startswith("Authorize"):
            return await call_next(call.with_parameters({**kept, "IpPermissions": rules}))
        ids = await self._ids(call, given.get("GroupId", ""))
        rule_ids = [ids.get(_key(rule, _source(rule))) for rule in rules]
        if None in rule_ids:
            return call.error("InvalidPermission.NotFound", _MISSING)
        return await call_next(call.with_parameters({**kept, "SecurityGroupRuleIds": rule_ids}))

    async def _ids(self, call: Call, group: str) -> dict[RuleKey, str]:
        described = await self._aws.call(
            call.caller,
            "ec2",
            "DescribeSecurityGroupRules",
            Filters=[{"Name": "group-id", "Values": [group]}],
        )
        egress = call.operation.endswith("Egress")
        rules = [r for r in described["SecurityGroupRules"] if r["IsEgress"] == egress]
        return {_key(rule, _source_of(rule)): rule["SecurityGroupRuleId"] for rule in rules}


def _single_rules(given: dict[str, Any]) -> Iterator[Rule]:
    """Yield a permission for each source of a request, which may be one without permissions."""
    single = {**given, "IpRanges": [{"CidrIp": given["CidrIp"]}]} if "CidrIp" in given else {}
    for permission in given.get("IpPermissions", [single]):
        ports = {name: permission[name] for name in _PORTS if name in permission}
        for kind in _SOURCES:
            for source in permission.get(kind, []):
                yield {**ports, kind: [source]}


def _source(rule: Rule) -> str:
    """Return what identifies the only source of a permission; empty if nothing does."""
    return next(str(rule[kind][0].get(_SOURCES[kind], "")) for kind in _SOURCES if kind in rule)


def _source_of(rule: Rule) -> str:
    """Return the source of a rule in DescribeSecurityGroupRules."""
    group = rule.get("ReferencedGroupInfo", {}).get("GroupId", "")
    return next((str(rule[name]) for name in _SOURCES_OF_RULES if rule.get(name)), group)


def _key(rule: Rule, source: str) -> RuleKey:
    """Return the identity of a rule; one for all protocols is for all ports."""
    protocol = rule["IpProtocol"].lower()
    protocol = _PROTOCOLS.get(protocol, protocol)
    ports = (str(rule.get("FromPort")), str(rule.get("ToPort")))
    return (protocol, *((_ALL, _ALL) if protocol == _ALL else ports), source)
