"""The default tags, on everything that can carry tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect, one
from harness.checks.resources import (
    active_service,
    aurora_cluster,
    ecs_cluster,
    load_balancer,
    target_group,
)
from harness.targets.base import Capability
from stack.tiers import Tier

__all__ = ["Tags"]


class Tags(ServiceChecks):
    """Checks of the tags, service by service; each asks its own service.

    The Resource Groups Tagging API would be one call, but does not know every service, and
    lags behind.
    """

    service = "tags"
    tier = Tier.NETWORK

    @check("the network is tagged", plane=Plane.CONTROL, requires=(Capability.EC2,))
    def network(self) -> str:
        """VPC, subnets, gateways, addresses, route tables, security groups."""
        ec2, vpc = self.context.clients.ec2, self.context.outputs.vpc_id or ""
        of_vpc: Any = [{"Name": "vpc-id", "Values": [vpc]}]
        attached: Any = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
        nats = ec2.describe_nat_gateways(Filters=of_vpc)["NatGateways"]
        tables = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
        groups = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
        gateways = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
        addresses = [
            address["AllocationId"] for nat in nats for address in nat["NatGatewayAddresses"]
        ]
        return self._all_tagged(
            {
                **_by(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"], "VpcId"),
                **_by(ec2.describe_subnets(Filters=of_vpc)["Subnets"], "SubnetId"),
                **_by((nat for nat in nats if nat["State"] == "available"), "NatGatewayId"),
                **_by((table for table in tables if not _is_main(table)), "RouteTableId"),
                **_by((g for g in groups if g["GroupName"] != "default"), "GroupId"),
                **_by(gateways, "InternetGatewayId"),
                **_by(ec2.describe_addresses(AllocationIds=addresses)["Addresses"], "AllocationId"),
            }
        )

    @check(
        "the load balancer is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.ELBV2,),
        tiers=(Tier.LOAD_BALANCER,),
    )
    def load_balancer(self) -> str:
        """Load balancer, listener, target group."""
        elbv2, group = self.context.clients.elbv2, target_group(self.context)
        arn = load_balancer(self.context)["LoadBalancerArn"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        arns = [arn, group["TargetGroupArn"], *(each["ListenerArn"] for each in listeners)]
        described = elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
        return self._all_tagged(_by(described, "ResourceArn"))

    @check(
        "the service is tagged, and so are its tasks",
        plane=Plane.CONTROL,
        requires=(Capability.ECS,),
        tiers=(Tier.SERVICE,),
    )
    def service_and_tasks(self) -> str:
        """Cluster, service, task definition, and tasks, which inherit the service's tags."""
        ecs, config = self.context.clients.ecs, self.context.config
        cluster, service = ecs_cluster(self.context), active_service(self.context)
        name = config.ecs_cluster_name
        definition = ecs.describe_task_definition(
            taskDefinition=service["taskDefinition"], include=["TAGS"]
        )
        arns = ecs.list_tasks(cluster=name, serviceName=config.ecs_service_name)["taskArns"]
        tasks = ecs.describe_tasks(cluster=name, tasks=arns, include=["TAGS"])["tasks"]
        return self._all_tagged(
            {
                cluster["clusterArn"]: _tags(cluster.get("tags", ())),
                service["serviceArn"]: _tags(service.get("tags", ())),
                service["taskDefinition"]: _tags(definition.get("tags", ())),
                **{task["taskArn"]: _tags(task.get("tags", ())) for task in tasks},
            }
        )

    @check(
        "the database is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.RDS,),
        tiers=(Tier.DATABASE,),
    )
    def database(self) -> str:
        """Cluster, instances, subnet group, parameter group."""
        rds, config = self.context.clients.rds, self.context.config
        cluster = aurora_cluster(self.context)
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
        return self._all_tagged(
            {arn: _tags(rds.list_tags_for_resource(ResourceName=arn)["TagList"]) for arn in arns}
        )

    @check(
        "the log bucket is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.S3,),
        tiers=(Tier.STORAGE,),
    )
    def log_bucket(self) -> str:
        """The bucket."""
        name = self.context.config.log_bucket_name
        return self._all_tagged(
            {name: _tags(self.context.clients.s3.get_bucket_tagging(Bucket=name)["TagSet"])}
        )

    @check(
        "the log group is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.LOGS,),
        tiers=(Tier.STORAGE,),
    )
    def log_group(self) -> str:
        """The log group."""
        logs, name = self.context.clients.logs, self.context.config.log_group_name
        groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        arns = [
            group["arn"].removesuffix(":*") for group in groups if group["logGroupName"] == name
        ]
        return self._all_tagged(
            {arn: logs.list_tags_for_resource(resourceArn=arn)["tags"] for arn in arns}
        )

    @check(
        "the secret is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.SECRETSMANAGER,),
        tiers=(Tier.SECRET,),
    )
    def secret(self) -> str:
        """The secret."""
        name = self.context.config.secret_name
        described = self.context.clients.secretsmanager.describe_secret(SecretId=name)
        return self._all_tagged({name: _tags(described.get("Tags", ()))})

    @check(
        "the roles are tagged",
        plane=Plane.CONTROL,
        requires=(Capability.IAM,),
        tiers=(Tier.ROLES,),
    )
    def roles(self) -> str:
        """Execution role and task role."""
        config, iam = self.context.config, self.context.clients.iam
        return self._all_tagged(
            {
                name: _tags(iam.list_role_tags(RoleName=name)["Tags"])
                for name in (config.execution_role_name, config.task_role_name)
            }
        )

    @check(
        "the distribution is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDFRONT,),
        tiers=(Tier.EDGE,),
    )
    def distribution(self) -> str:
        """The distribution."""
        cloudfront = self.context.clients.cloudfront
        identifier = self.context.outputs.distribution_id or ""
        arn = cloudfront.get_distribution(Id=identifier)["Distribution"]["ARN"]
        items = cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", ())
        return self._all_tagged({arn: _tags(items)})

    @check(
        "the alarms are tagged",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDWATCH,),
        tiers=(Tier.MONITORING,),
    )
    def alarms(self) -> str:
        """Every alarm of this deployment."""
        cloudwatch = self.context.clients.cloudwatch
        suffix = f"-{self.context.config.environment_suffix}"
        pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="catalog-")
        arns = [
            alarm["AlarmArn"]
            for page in pages
            for alarm in page["MetricAlarms"]
            if alarm["AlarmName"].endswith(suffix)
        ]
        return self._all_tagged(
            {arn: _tags(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]) for arn in arns}
        )

    @check(
        "the scalable target is tagged",
        plane=Plane.CONTROL,
        requires=(Capability.APPLICATION_AUTOSCALING,),
        tiers=(Tier.SCALING,),
    )
    def scaling(self) -> str:
        """The scalable target."""
        scaling, config = self.context.clients.application_autoscaling, self.context.config
        resource = f"service/{config.ecs_cluster_name}/{config.ecs_service_name}"
        targets = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])[
            "ScalableTargets"
        ]
        arns = [target["ScalableTargetARN"] for target in targets]
        return self._all_tagged(
            {arn: scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] for arn in arns}
        )

    def _all_tagged(self, tags: Mapping[str, Mapping[str, str]]) -> str:
        """Compare the default tags on each resource; it may have more."""
        config = self.context.config
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


def _by(items: Iterable[Any], key: str) -> dict[str, dict[str, str]]:
    return {item[key]: _tags(item.get("Tags", ())) for item in items}


def _tags(raw: Iterable[Any]) -> dict[str, str]:
    """ECS alone writes ``key`` and ``value`` in lower case."""
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in raw}


def _is_main(table: Any) -> bool:
    """Every VPC has a main route table that nobody created."""
    return any(association.get("Main") for association in table.get("Associations", ()))
