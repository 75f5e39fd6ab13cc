"""The security groups: exactly the configured groups and rules."""

from collections import defaultdict
from typing import Any

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.aws.tags import as_tags, is_managed
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.description import named
from harness.checks.framework.expected import Tier

_PEERS = ("CidrIpv4", "CidrIpv6", "PrefixListId")


class SecurityGroups(ServiceChecks):
    """Checks of the complete rules of every security group of the VPC."""

    service = "security-groups"
    requires = (Tier.NETWORK, Capability.EC2)

    @check("the VPC has exactly the configured groups and rules, and none in its default group")
    def rules(self) -> str:
        """Compare every group of the VPC with all its rules."""
        ec2, vpc = self.context.clients.ec2, self.context.outputs.vpc_id or ""
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        found = pages(ec2, "describe_security_groups", "SecurityGroups", Filters=of_vpc)
        groups = [group for group in found if not is_managed(as_tags(group.get("Tags", ())))]
        of_groups = [{"Name": "group-id", "Values": [group["GroupId"] for group in groups]}]
        rules: dict[str, list[Any]] = defaultdict(list)
        found = pages(ec2, "describe_security_group_rules", "SecurityGroupRules", Filters=of_groups)
        for rule in found:
            rules[rule["GroupId"]].append(rule)
        described = {
            group["GroupId"]: {**group, "Rules": named(rules[group["GroupId"]], _name)}
            for group in groups
        }
        return self.compare("security group", described)


def _name(rule: Any) -> str:
    """Name a rule by what it allows."""
    group = rule.get("ReferencedGroupInfo", {}).get("GroupId", "")
    network = next((rule[key] for key in _PEERS if rule.get(key)), "")
    direction = "out" if rule["IsEgress"] else "in"
    return (
        f"{direction} {rule['IpProtocol']} {rule.get('FromPort')} {rule.get('ToPort')} "
        f"{network} {group}"
    )
