"""The default tags, on everything that can carry tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.context import CheckContext
from harness.checks.framework.expect import expect, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import (
    active_service,
    aurora_cluster,
    described_tasks,
    ecs_cluster,
    load_balancer,
    target_group,
)
from harness.run.evidence import Plane

TagsById = Mapping[str, Mapping[str, str]]


def network_tags(context: CheckContext) -> TagsById:
    """VPC, subnets, gateways, addresses, route tables, security groups."""
    ec2, vpc = context.clients.ec2, context.outputs.vpc_id or ""
    of_vpc: Any = [{"Name": "vpc-id", "Values": [vpc]}]
    attached: Any = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    nats = ec2.describe_nat_gateways(Filters=of_vpc)["NatGateways"]
    tables = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
    groups = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    gateways = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    addresses = [address["AllocationId"] for nat in nats for address in nat["NatGatewayAddresses"]]
    return {
        **_by_id(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"], "VpcId"),
        **_by_id(ec2.describe_subnets(Filters=of_vpc)["Subnets"], "SubnetId"),
        **_by_id((nat for nat in nats if nat["State"] == "available"), "NatGatewayId"),
        **_by_id((table for table in tables if not _is_main(table)), "RouteTableId"),
        **_by_id((g for g in groups if g["GroupName"] != "default"), "GroupId"),
        **_by_id(gateways, "InternetGatewayId"),
        **_by_id(ec2.describe_addresses(AllocationIds=addresses)["Addresses"], "AllocationId"),
    }


def load_balancer_tags(context: CheckContext) -> TagsById:
    """Load balancer, listener, target group."""
    elbv2, group = context.clients.elbv2, target_group(context)
    arn = load_balancer(context)["LoadBalancerArn"]
    listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    arns = [arn, group["TargetGroupArn"], *(each["ListenerArn"] for each in listeners)]
    described = elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
    return _by_id(described, "ResourceArn")


def service_tags(context: CheckContext) -> TagsById:
    """Cluster, service, task definition, and tasks, which inherit the service's tags."""
    cluster, service = ecs_cluster(context), active_service(context)
    definition = context.clients.ecs.describe_task_definition(
        taskDefinition=service["taskDefinition"], include=["TAGS"]
    )
    return {
        cluster["clusterArn"]: _as_dict(cluster.get("tags", ())),
        service["serviceArn"]: _as_dict(service.get("tags", ())),
        service["taskDefinition"]: _as_dict(definition.get("tags", ())),
        **{task["taskArn"]: _as_dict(task.get("tags", ())) for task in described_tasks(context)},
    }


def database_tags(context: CheckContext) -> TagsById:
    """Cluster, instances, subnet group, parameter group."""
    rds, config = context.clients.rds, context.expected
    cluster = aurora_cluster(context)
    instances = [
        rds.describe_db_instances(DBInstanceIdentifier=member["DBInstanceIdentifier"])
        for member in cluster["DBClusterMembers"]
    ]
    subnets = one(
        rds.describe_db_subnet_groups(DBSubnetGroupName=config.database_subnet_group_name)[
            "DBSubnetGroups"
        ],
        "subnet group",
    )
    parameters = one(
        rds.describe_db_cluster_parameter_groups(
            DBClusterParameterGroupName=config.database_parameter_group_name
        )["DBClusterParameterGroups"],
        "parameter group",
    )
    arns = [
        cluster["DBClusterArn"],
        *(answer["DBInstances"][0]["DBInstanceArn"] for answer in instances),
        subnets["DBSubnetGroupArn"],
        parameters["DBClusterParameterGroupArn"],
    ]
    return {arn: _as_dict(rds.list_tags_for_resource(ResourceName=arn)["TagList"]) for arn in arns}


def log_bucket_tags(context: CheckContext) -> TagsById:
    """The bucket."""
    name = context.expected.log_bucket_name
    return {name: _as_dict(context.clients.s3.get_bucket_tagging(Bucket=name)["TagSet"])}


def log_group_tags(context: CheckContext) -> TagsById:
    """The log group."""
    logs, name = context.clients.logs, context.expected.log_group_name
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arns = [group["arn"].removesuffix(":*") for group in groups if group["logGroupName"] == name]
    return {arn: logs.list_tags_for_resource(resourceArn=arn)["tags"] for arn in arns}


def secret_tags(context: CheckContext) -> TagsById:
    """The secret."""
    name = context.expected.secret_name
    described = context.clients.secretsmanager.describe_secret(SecretId=name)
    return {name: _as_dict(described.get("Tags", ()))}


def role_tags(context: CheckContext) -> TagsById:
    """Execution role and task role."""
    config, iam = context.expected, context.clients.iam
    return {
        name: _as_dict(iam.list_role_tags(RoleName=name)["Tags"])
        for name in (config.execution_role_name, config.task_role_name)
    }


def distribution_tags(context: CheckContext) -> TagsById:
    """The distribution."""
    cloudfront = context.clients.cloudfront
    identifier = context.outputs.distribution_id or ""
    arn = cloudfront.get_distribution(Id=identifier)["Distribution"]["ARN"]
    items = cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", ())
    return {arn: _as_dict(items)}


def alarm_tags(context: CheckContext) -> TagsById:
    """Every alarm of this deployment."""
    cloudwatch = context.clients.cloudwatch
    suffix = f"-{context.expected.environment_suffix}"
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="catalog-")
    arns = [
        alarm["AlarmArn"]
        for page in pages
        for alarm in page["MetricAlarms"]
        if alarm["AlarmName"].endswith(suffix)
    ]
    return {
        arn: _as_dict(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]) for arn in arns
    }


def scaling_tags(context: CheckContext) -> TagsById:
    """The scalable target."""
    scaling, config = context.clients.application_autoscaling, context.expected
    resource = f"service/{config.ecs_cluster_name}/{config.ecs_service_name}"
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])[
        "ScalableTargets"
    ]
    arns = [target["ScalableTargetARN"] for target in targets]
    return {arn: scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] for arn in arns}


def _by_id(items: Iterable[Any], key: str) -> dict[str, dict[str, str]]:
    return {item[key]: _as_dict(item.get("Tags", ())) for item in items}


def _as_dict(raw: Iterable[Any]) -> dict[str, str]:
    """ECS alone writes ``key`` and ``value`` in lower case."""
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in raw}


def _is_main(table: Any) -> bool:
    """Every VPC has a main route table that nobody created."""
    return any(association.get("Main") for association in table.get("Associations", ()))


class Tags(ServiceChecks):
    """Checks of the tags, service by service."""

    service = "tags"
    tier = Tier.NETWORK

    @check("the network is tagged", plane=Plane.CONTROL, requires=(Capability.EC2,))
    def network(self) -> str:
        """VPC, subnets, gateways, addresses, route tables, security groups."""
        return self._all_tagged(network_tags(self.context))

    @check(
        "the load balancer is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.ELBV2,),
        tiers=(Tier.LOAD_BALANCER,),
    )
    def load_balancer(self) -> str:
        """Load balancer, listener, target group."""
        return self._all_tagged(load_balancer_tags(self.context))

    @check(
        "the service is tagged, and so are its tasks",
        plane=Plane.CONTROL,
        requires=(Capability.ECS,),
        tiers=(Tier.SERVICE,),
    )
    def service_and_tasks(self) -> str:
        """Cluster, service, task definition, and tasks, which inherit the service's tags."""
        return self._all_tagged(service_tags(self.context))

    @check(
        "the database is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.RDS,),
        tiers=(Tier.DATABASE,),
    )
    def database(self) -> str:
        """Cluster, instances, subnet group, parameter group."""
        return self._all_tagged(database_tags(self.context))

    @check(
        "the log bucket is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.S3,),
        tiers=(Tier.STORAGE,),
    )
    def log_bucket(self) -> str:
        """The bucket."""
        return self._all_tagged(log_bucket_tags(self.context))

    @check(
        "the log group is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.LOGS,),
        tiers=(Tier.STORAGE,),
    )
    def log_group(self) -> str:
        """The log group."""
        return self._all_tagged(log_group_tags(self.context))

    @check(
        "the secret is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.SECRETSMANAGER,),
        tiers=(Tier.SECRET,),
    )
    def secret(self) -> str:
        """The secret."""
        return self._all_tagged(secret_tags(self.context))

    @check(
        "the roles are tagged",
        plane=Plane.CONTROL,
        requires=(Capability.IAM,),
        tiers=(Tier.ROLES,),
    )
    def roles(self) -> str:
        """Execution role and task role."""
        return self._all_tagged(role_tags(self.context))

    @check(
        "the distribution is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDFRONT,),
        tiers=(Tier.EDGE,),
    )
    def distribution(self) -> str:
        """The distribution."""
        return self._all_tagged(distribution_tags(self.context))

    @check(
        "the alarms are tagged",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDWATCH,),
        tiers=(Tier.MONITORING,),
    )
    def alarms(self) -> str:
        """Every alarm of this deployment."""
        return self._all_tagged(alarm_tags(self.context))

    @check(
        "the scalable target is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.APPLICATION_AUTOSCALING,),
        tiers=(Tier.SCALING,),
    )
    def scaling(self) -> str:
        """The scalable target."""
        return self._all_tagged(scaling_tags(self.context))

    def _all_tagged(self, tags: TagsById) -> str:
        """Compare the default tags on each resource; it may have more."""
        config = self.context.expected
        wanted = {
            **config.tags,
            "Project": "product-catalog",
            "EnvironmentSuffix": config.environment_suffix,
            "ManagedBy": "cdktf",
        }
        expect(bool(tags), "resources to look at", "none")
        wrong = {
            resource: {key: seen.get(key) for key in wanted if seen.get(key) != wanted[key]}
            for resource, seen in tags.items()
            if not wanted.items() <= seen.items()
        }
        expect(not wrong, f"the default tags {wanted} everywhere", wrong)
        return f"{len(tags)} resources with {', '.join(wanted)}"
