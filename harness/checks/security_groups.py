"""The security groups: exactly the expected rules."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal
from harness.checks.framework.expected import Tier

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef

_HTTP, _HTTPS, _POSTGRESQL = 80, 443, 5432

# (direction, protocol, from port, to port, network or group)
Rule = tuple[str, str, int | None, int | None, str]


class SecurityGroups(ServiceChecks):
    """Checks of the complete rules of every security group of the VPC."""

    service = "security-groups"
    tier = Tier.NETWORK
    requires = (Capability.EC2,)

    @check("the load balancer accepts HTTP from the expected networks and reaches only the tasks")
    def load_balancer(self) -> str:
        """Compare the complete rules of its group."""
        stack = self.context.expected
        return self._compare(
            stack.alb_security_group_name,
            {
                *(("in", "tcp", _HTTP, _HTTP, network) for network in stack.ingress_cidrs),
                self._rule("out", stack.container_port, stack.service_security_group_name),
            },
        )

    @check("the tasks accept requests from the load balancer and reach the database and AWS")
    def tasks(self) -> str:
        """Compare the complete rules of their group."""
        stack = self.context.expected
        return self._compare(
            stack.service_security_group_name,
            {
                self._rule("in", stack.container_port, stack.alb_security_group_name),
                self._rule("out", _POSTGRESQL, stack.database_security_group_name),
                ("out", "tcp", _HTTPS, _HTTPS, "0.0.0.0/0"),
            },
        )

    @check("the database accepts connections from the tasks alone and reaches nothing")
    def database(self) -> str:
        """Compare the complete rules of its group."""
        stack = self.context.expected
        rule = self._rule("in", _POSTGRESQL, stack.service_security_group_name)
        return self._compare(stack.database_security_group_name, {rule})

    @check("the VPC has no other group, and its default group has no rules")
    def no_other(self) -> str:
        """Compare the names of all groups of the VPC, and the default group's rules."""
        stack, groups = self.context.expected, self._groups()
        expected = {
            "default",
            stack.alb_security_group_name,
            stack.service_security_group_name,
            stack.database_security_group_name,
        }
        expect_equal("security groups of the VPC", set(groups), expected)
        open_rules = _rules(groups["default"])
        expect(not open_rules, "no rule in the default group", sorted(map(str, open_rules)))
        return f"{len(groups)} groups; the default one is empty"

    def _compare(self, name: str, expected: set[Rule]) -> str:
        groups = self._groups()
        expect(name in groups, f"security group {name}", sorted(groups))
        actual = _rules(groups[name])
        wider, missing = actual - expected, expected - actual
        expect(not wider, f"no other rules in {name}", f"also {sorted(map(str, wider))}")
        expect(not missing, f"in {name} {sorted(map(str, missing))}", "no such rules")
        return f"{name}: exactly {len(actual)} rules"

    def _rule(self, direction: str, port: int, peer: str) -> Rule:
        group = self._groups().get(peer)
        return direction, "tcp", port, port, group["GroupId"] if group else f"({peer} is missing)"

    def _groups(self) -> "dict[str, SecurityGroupTypeDef]":
        vpc = self.context.outputs.vpc_id or ""
        response = self.context.clients.ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}]
        )
        return {group["GroupName"]: group for group in response["SecurityGroups"]}


def _rules(group: "SecurityGroupTypeDef") -> set[Rule]:
    sides: tuple[tuple[str, Any], ...] = (
        ("in", group.get("IpPermissions", ())),
        ("out", group.get("IpPermissionsEgress", ())),
    )
    return {
        (direction, entry["IpProtocol"], entry.get("FromPort"), entry.get("ToPort"), peer)
        for direction, entries in sides
        for entry in entries
        for peer in _peers(entry)
    }


def _peers(entry: Any) -> Iterator[str]:
    yield from (item["CidrIp"] for item in entry.get("IpRanges", ()))
    yield from (item["CidrIpv6"] for item in entry.get("Ipv6Ranges", ()))
    yield from (item["PrefixListId"] for item in entry.get("PrefixListIds", ()))
    yield from (item["GroupId"] for item in entry.get("UserIdGroupPairs", ()))
