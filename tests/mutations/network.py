"""Mutations of the network."""

from typing import Any

from harness.checks.framework.context import CheckContext
from tests.mutations.mutation import mutation

_ANYWHERE = "0.0.0.0/0"
_HALF = "0.0.0.0/1"


def of_vpc(context: CheckContext) -> list[Any]:
    """Return the filter of what is in the VPC."""
    return [{"Name": "vpc-id", "Values": [context.outputs.vpc_id or ""]}]


def private_table(context: CheckContext) -> Any:
    """Return the route table of a private subnet."""
    subnet = context.outputs.private_subnet_ids[0]
    by_subnet: Any = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [table] = context.clients.ec2.describe_route_tables(Filters=by_subnet)["RouteTables"]
    return table


def _internet_gateway(context: CheckContext) -> str:
    ec2, vpc = context.clients.ec2, context.outputs.vpc_id or ""
    by_vpc: Any = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    [gateway] = ec2.describe_internet_gateways(Filters=by_vpc)["InternetGateways"]
    return gateway["InternetGatewayId"]


def _add_route(context: CheckContext, **more: Any) -> Any:
    table = private_table(context)["RouteTableId"]
    route: Any = {"RouteTableId": table, "DestinationCidrBlock": _HALF}
    context.clients.ec2.create_route(**route, GatewayId=_internet_gateway(context), **more)
    return route


def _remove_route(context: CheckContext) -> Any:
    table = private_table(context)
    [gateway] = [
        route["NatGatewayId"]
        for route in table["Routes"]
        if route.get("DestinationCidrBlock") == _ANYWHERE
    ]
    route: Any = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": _ANYWHERE}
    context.clients.ec2.delete_route(**route)
    return {**route, "NatGatewayId": gateway}


def _add_network_acl(context: CheckContext) -> str:
    ec2, vpc = context.clients.ec2, context.outputs.vpc_id or ""
    return ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]


def _deny_by_default_acl(context: CheckContext) -> Any:
    ec2 = context.clients.ec2
    [acl] = ec2.describe_network_acls(Filters=of_vpc(context))["NetworkAcls"]
    entry: Any = {"NetworkAclId": acl["NetworkAclId"], "RuleNumber": 1, "Egress": False}
    ec2.create_network_acl_entry(**entry, Protocol="-1", RuleAction="deny", CidrBlock=_ANYWHERE)
    return entry


def _detach(context: CheckContext) -> Any:
    attachment: Any = {
        "InternetGatewayId": _internet_gateway(context),
        "VpcId": context.outputs.vpc_id or "",
    }
    context.clients.ec2.detach_internet_gateway(**attachment)
    return attachment


def _add_subnet(context: CheckContext) -> str:
    ec2, vpc = context.clients.ec2, context.outputs.vpc_id or ""
    block = f"{context.expected.vpc_cidr.rpartition('.')[0].rpartition('.')[0]}.255.240/28"
    return ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]


def _public_by_default(context: CheckContext, *, on: bool) -> None:
    context.clients.ec2.modify_subnet_attribute(
        SubnetId=context.outputs.private_subnet_ids[0], MapPublicIpOnLaunch={"Value": on}
    )


def _dns_support(context: CheckContext, *, on: bool) -> None:
    vpc = context.outputs.vpc_id or ""
    context.clients.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": on})


def _rule(context: CheckContext) -> Any:
    anywhere: Any = {
        "IpProtocol": "tcp",
        "FromPort": 8080,
        "ToPort": 8080,
        "IpRanges": [{"CidrIp": _ANYWHERE}],
    }
    group = context.outputs.service_security_group_id or ""
    return {"GroupId": group, "IpPermissions": [anywhere]}


def _open_group(context: CheckContext) -> Any:
    rule = _rule(context)
    context.clients.ec2.authorize_security_group_ingress(**rule)
    return rule


def _revoke_from_load_balancer(context: CheckContext) -> Any:
    group = context.outputs.service_security_group_id or ""
    by_group: Any = [{"Name": "group-id", "Values": [group]}]
    rules = context.clients.ec2.describe_security_group_rules(Filters=by_group)
    [rule] = [r for r in rules["SecurityGroupRules"] if not r["IsEgress"]]
    context.clients.ec2.revoke_security_group_ingress(
        GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
    )
    return rule


def _authorize_again(context: CheckContext, rule: Any) -> None:
    """With a tag specification, as Terraform's: the checks of the tags read groups alone."""
    pair = {
        "GroupId": rule["ReferencedGroupInfo"]["GroupId"],
        "Description": rule.get("Description", ""),
    }
    permission: Any = {
        "IpProtocol": rule["IpProtocol"],
        "FromPort": rule["FromPort"],
        "ToPort": rule["ToPort"],
        "UserIdGroupPairs": [pair],
    }
    context.clients.ec2.authorize_security_group_ingress(
        GroupId=rule["GroupId"], IpPermissions=[permission]
    )


def _untag(context: CheckContext) -> None:
    vpc = context.outputs.vpc_id or ""
    context.clients.ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "Project"}])


def _tag(context: CheckContext) -> None:
    tags: Any = [{"Key": "Project", "Value": "product-catalog"}]
    context.clients.ec2.create_tags(Resources=[context.outputs.vpc_id or ""], Tags=tags)


MUTATIONS = (
    mutation(
        "a more specific route of the private subnets to the internet gateway",
        "network/route-tables",
        _add_route,
        lambda context, route: context.clients.ec2.delete_route(**route),
        quick=True,
    ),
    mutation(
        "no default route of the private subnets",
        "network/route-tables",
        _remove_route,
        lambda context, route: context.clients.ec2.create_route(**route),
    ),
    mutation(
        "a second network ACL, which denies everything",
        "network/network-acls",
        _add_network_acl,
        lambda context, acl: context.clients.ec2.delete_network_acl(NetworkAclId=acl),
        quick=True,
    ),
    mutation(
        "an entry of the default network ACL that denies everything",
        "network/network-acls",
        _deny_by_default_acl,
        lambda context, entry: context.clients.ec2.delete_network_acl_entry(**entry),
    ),
    mutation(
        "the internet gateway detached",
        "network/gateways",
        _detach,
        lambda context, attachment: context.clients.ec2.attach_internet_gateway(**attachment),
        quick=True,
    ),
    mutation(
        "a subnet too many",
        "network/subnets tags/network",
        _add_subnet,
        lambda context, subnet: context.clients.ec2.delete_subnet(SubnetId=subnet),
    ),
    mutation(
        "public addresses in a private subnet",
        "network/subnets",
        lambda context: _public_by_default(context, on=True),
        lambda context, _: _public_by_default(context, on=False),
    ),
    mutation(
        "no DNS host names in the VPC",
        "network/vpc",
        lambda context: _dns_support(context, on=False),
        lambda context, _: _dns_support(context, on=True),
    ),
    mutation(
        "the tasks' port open to any address",
        "security-groups/rules",
        _open_group,
        lambda context, rule: context.clients.ec2.revoke_security_group_ingress(**rule),
        quick=True,
    ),
    mutation(
        "the load balancer's rule revoked from the tasks' group",
        "security-groups/rules",
        _revoke_from_load_balancer,
        _authorize_again,
    ),
    mutation(
        "a tag removed from the VPC",
        "tags/network",
        _untag,
        lambda context, _: _tag(context),
        quick=True,
    ),
)
