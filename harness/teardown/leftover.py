"""A question to one service: what carries the environment suffix of a run?"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.paging import pages

_SUFFIX_TAG = "EnvironmentSuffix"


@dataclass(frozen=True)
class Leftover:
    """A resource of a run that is still there.

    Attributes:
        service: Its service.
        kind: What it is, in the service's own words ("NAT gateway").
        identifier: Id, name or ARN to find it by.
        why: How it is known to be of the run, and its state where that matters.
    """

    service: str
    kind: str
    identifier: str
    why: str

    def __str__(self) -> str:
        return f"{self.service} {self.kind} {self.identifier} ({self.why})"


@dataclass(frozen=True)
class Inquiry:
    """One service asked for what carries one environment suffix.

    Attributes:
        service: The service that is asked.
        clients: Clients of the target.
        suffix: Environment suffix of the run.
        region: Region of the target.
    """

    service: Capability
    clients: Clients
    suffix: str
    region: str

    def found(
        self,
        kind: str,
        identifier: str,
        *names: str,
        tags: Sequence[Mapping[str, Any]] = (),
        state: str = "",
    ) -> Iterator[Leftover]:
        """Yield a leftover if a resource's tag, or else its name, carries the suffix.

        Args:
            kind: What it is.
            identifier: How to find it.
            names: Texts that may carry the suffix; the identifier is looked at too.
            tags: Its tags, as EC2 and most services list them.
            state: What state it is in.
        """
        why = self._why((identifier, *names), tags)
        if why:
            shown = f"{why}; {state}" if state else why
            yield Leftover(self.service.value, kind, identifier, shown)

    def named(self, name: str) -> bool:
        """Whether a name is one of the run's: they end with the suffix, or it stands alone.

        The suffix counts as a path segment (``catalog/pr1/database``), at the end of one
        (``app/catalog-alb-pr1/50dc``, ``catalog-pr1:3``) and before the region, in names that
        are unique world-wide. ``pr1`` is neither in ``catalog-pr12`` nor in ``catalog-pr1-7f3a``.
        """
        region = re.escape(self.region)
        ours = rf"(?:^|[-/: ]){re.escape(self.suffix)}(?:-{region})?(?=$|[/: ])"
        return re.search(ours, name) is not None

    def _why(self, names: Sequence[str], tags: Sequence[Mapping[str, Any]]) -> str:
        values = {tag["Key"]: tag["Value"] for tag in tags}
        if _SUFFIX_TAG in values:
            ours = values[_SUFFIX_TAG] == self.suffix
            return f"tag {_SUFFIX_TAG}={self.suffix}" if ours else ""
        return next((f"named {name}" for name in names if self.named(name)), "")


def _ec2(ask: Inquiry) -> Iterator[Leftover]:
    for operation, key, kind, identifier in (
        ("describe_subnets", "Subnets", "subnet", "SubnetId"),
        ("describe_route_tables", "RouteTables", "route table", "RouteTableId"),
        ("describe_internet_gateways", "InternetGateways", "internet gateway", "InternetGatewayId"),
        ("describe_vpc_endpoints", "VpcEndpoints", "VPC endpoint", "VpcEndpointId"),
    ):
        for item in pages(ask.clients.ec2, operation, key):
            yield from ask.found(kind, item[identifier], tags=item.get("Tags", ()))
    for group in pages(ask.clients.ec2, "describe_security_groups", "SecurityGroups"):
        tags = group.get("Tags", ())
        yield from ask.found("security group", group["GroupId"], group["GroupName"], tags=tags)
    for address in ask.clients.ec2.describe_addresses()["Addresses"]:
        tags = address.get("Tags", ())
        yield from ask.found("Elastic IP", address["AllocationId"], tags=tags)
    # A NAT gateway stays listed as "deleted" for about an hour.
    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
    for nat in pages(ask.clients.ec2, "describe_nat_gateways", "NatGateways"):
        if nat["State"] != "deleted":
            tags = nat.get("Tags", ())
            yield from ask.found("NAT gateway", nat["NatGatewayId"], tags=tags, state=nat["State"])
    yield from _vpcs(ask)


def _vpcs(ask: Inquiry) -> Iterator[Leftover]:
    """VPCs, and the network interfaces in them: those that services make carry no tags."""
    ours = set()
    for vpc in pages(ask.clients.ec2, "describe_vpcs", "Vpcs"):
        for leftover in ask.found("VPC", vpc["VpcId"], tags=vpc.get("Tags", ())):
            ours.add(vpc["VpcId"])
            yield leftover
    for interface in pages(ask.clients.ec2, "describe_network_interfaces", "NetworkInterfaces"):
        identifier = interface["NetworkInterfaceId"]
        if interface.get("VpcId") in ours:
            why = f"in {interface['VpcId']}; {interface.get('Description', '')}"
            yield Leftover(ask.service.value, "network interface", identifier, why)
        else:
            yield from ask.found(
                "network interface",
                identifier,
                interface.get("Description", ""),
                tags=interface.get("TagSet", ()),
            )


def _elbv2(ask: Inquiry) -> Iterator[Leftover]:
    for balancer in pages(ask.clients.elbv2, "describe_load_balancers", "LoadBalancers"):
        yield from ask.found("load balancer", balancer["LoadBalancerArn"])
    for group in pages(ask.clients.elbv2, "describe_target_groups", "TargetGroups"):
        yield from ask.found("target group", group["TargetGroupArn"])


def _ecs(ask: Inquiry) -> Iterator[Leftover]:
    """ECS; stopped tasks and inactive clusters, services and task definitions do not count.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
    """
    ecs = ask.clients.ecs
    for cluster in pages(ecs, "list_clusters", "clusterArns"):
        if not ask.named(cluster):
            continue
        yield from ask.found("cluster", cluster)
        for operation, key, kind in (
            ("list_services", "serviceArns", "service"),
            ("list_tasks", "taskArns", "task"),
        ):
            for arn in pages(ecs, operation, key, cluster=cluster):
                yield from ask.found(kind, arn)
    for arn in pages(ecs, "list_task_definitions", "taskDefinitionArns", status="ACTIVE"):
        yield from ask.found("task definition", arn)


def _rds(ask: Inquiry) -> Iterator[Leftover]:
    for operation, key, kind, identifier in (
        ("describe_db_clusters", "DBClusters", "cluster", "DBClusterIdentifier"),
        ("describe_db_instances", "DBInstances", "instance", "DBInstanceIdentifier"),
        ("describe_db_subnet_groups", "DBSubnetGroups", "subnet group", "DBSubnetGroupName"),
        (
            "describe_db_cluster_parameter_groups",
            "DBClusterParameterGroups",
            "cluster parameter group",
            "DBClusterParameterGroupName",
        ),
        (
            "describe_db_parameter_groups",
            "DBParameterGroups",
            "parameter group",
            "DBParameterGroupName",
        ),
        (
            "describe_db_cluster_snapshots",
            "DBClusterSnapshots",
            "cluster snapshot",
            "DBClusterSnapshotIdentifier",
        ),
        ("describe_db_snapshots", "DBSnapshots", "snapshot", "DBSnapshotIdentifier"),
    ):
        for item in pages(ask.clients.rds, operation, key):
            cluster = item.get("DBClusterIdentifier", "")
            state = item.get("Status") or item.get("DBInstanceStatus") or ""
            yield from ask.found(kind, item[identifier], cluster, state=state)


def _secretsmanager(ask: Inquiry) -> Iterator[Leftover]:
    for secret in pages(
        ask.clients.secretsmanager, "list_secrets", "SecretList", IncludePlannedDeletion=True
    ):
        state = "pending deletion" if secret.get("DeletedDate") else ""
        tags = secret.get("Tags", ())
        yield from ask.found("secret", secret["ARN"], secret["Name"], tags=tags, state=state)


def _s3(ask: Inquiry) -> Iterator[Leftover]:
    for bucket in pages(ask.clients.s3, "list_buckets", "Buckets"):
        yield from ask.found("bucket", bucket["Name"])


def _cloudfront(ask: Inquiry) -> Iterator[Leftover]:
    pages = ask.clients.cloudfront.get_paginator("list_distributions").paginate()
    for page in pages:
        for item in page["DistributionList"].get("Items", ()):
            origins = tuple(origin["Id"] for origin in item["Origins"]["Items"])
            state = item["Status"]
            yield from ask.found("distribution", item["Id"], item["Comment"], *origins, state=state)


def _logs(ask: Inquiry) -> Iterator[Leftover]:
    for group in pages(ask.clients.logs, "describe_log_groups", "logGroups"):
        yield from ask.found("log group", group["logGroupName"])


def _iam(ask: Inquiry) -> Iterator[Leftover]:
    for role in pages(ask.clients.iam, "list_roles", "Roles"):
        yield from ask.found("role", role["RoleName"])
    for policy in pages(ask.clients.iam, "list_policies", "Policies", Scope="Local"):
        yield from ask.found("policy", policy["Arn"])


def _cloudwatch(ask: Inquiry) -> Iterator[Leftover]:
    for page in ask.clients.cloudwatch.get_paginator("describe_alarms").paginate():
        for alarm in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())):
            yield from ask.found("alarm", alarm["AlarmName"])
    for dashboard in pages(ask.clients.cloudwatch, "list_dashboards", "DashboardEntries"):
        yield from ask.found("dashboard", dashboard["DashboardName"])


def _application_autoscaling(ask: Inquiry) -> Iterator[Leftover]:
    scaling = ask.clients.application_autoscaling
    for operation, key, kind in (
        ("describe_scalable_targets", "ScalableTargets", "scalable target"),
        ("describe_scaling_policies", "ScalingPolicies", "scaling policy"),
    ):
        for item in pages(scaling, operation, key, ServiceNamespace="ecs"):
            identifier = item.get("PolicyARN") or item["ResourceId"]
            yield from ask.found(kind, identifier, item["ResourceId"])


INQUIRIES: Mapping[Capability, Callable[[Inquiry], Iterator[Leftover]]] = {
    Capability.EC2: _ec2,
    Capability.ELBV2: _elbv2,
    Capability.ECS: _ecs,
    Capability.RDS: _rds,
    Capability.SECRETSMANAGER: _secretsmanager,
    Capability.S3: _s3,
    Capability.CLOUDFRONT: _cloudfront,
    Capability.LOGS: _logs,
    Capability.IAM: _iam,
    Capability.CLOUDWATCH: _cloudwatch,
    Capability.APPLICATION_AUTOSCALING: _application_autoscaling,
}
