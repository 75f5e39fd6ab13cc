"""What there is in a target, service by service, with its tags.

Each service is asked in its own way: the Resource Groups Tagging API would be one call, but does
not know every service, and lags behind. Where tags must be asked for one by one, only what is
named like the stack's resources is asked about.
"""

from collections.abc import Callable, Iterator, Mapping

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.resources.cloudfront import (
    delete_distribution,
    disable_distribution,
    distributions,
    monitoring,
)
from harness.aws.resources.ec2 import (
    internet_gateway,
    nat_gateway,
    nat_gateway_remains,
    network,
    network_interface,
    revoke_references,
    route_table,
    vpc_endpoint,
)
from harness.aws.resources.ecs import (
    containers,
    ecs_service,
    ecs_task,
    images,
    load_balancer,
    scalable_target,
    scaling,
)
from harness.aws.resources.elbv2 import balancing
from harness.aws.resources.iam import identity, policy, role
from harness.aws.resources.rds import database, db_cluster, db_cluster_remains, db_instance, secret
from harness.aws.resources.remover import Remover, by_one_call, by_one_call_for_many
from harness.aws.resources.resource import Kind, Resource
from harness.aws.resources.storage import bucket, buckets, log_groups, secrets

__all__ = ["REMOVERS", "Remover"]

_NAT_SECONDS = 600.0
_CLUSTER_SECONDS = 1800.0

REMOVERS: Mapping[Kind, Remover] = {
    Kind.SCALABLE_TARGET: Remover(scalable_target),
    Kind.ECS_SERVICE: Remover(ecs_service),
    Kind.ECS_TASK: Remover(ecs_task),
    Kind.TASK_DEFINITION: Remover(
        by_one_call("ecs", "deregister_task_definition", "taskDefinition")
    ),
    Kind.ECS_CLUSTER: Remover(by_one_call("ecs", "delete_cluster", "cluster")),
    Kind.LOAD_BALANCER: Remover(load_balancer),
    Kind.TARGET_GROUP: Remover(by_one_call("elbv2", "delete_target_group", "TargetGroupArn")),
    Kind.DB_INSTANCE: Remover(db_instance),
    Kind.DB_CLUSTER: Remover(db_cluster, remains=db_cluster_remains, seconds=_CLUSTER_SECONDS),
    Kind.DB_SUBNET_GROUP: Remover(
        by_one_call("rds", "delete_db_subnet_group", "DBSubnetGroupName")
    ),
    Kind.DB_CLUSTER_PARAMETERS: Remover(
        by_one_call("rds", "delete_db_cluster_parameter_group", "DBClusterParameterGroupName")
    ),
    Kind.DB_PARAMETERS: Remover(
        by_one_call("rds", "delete_db_parameter_group", "DBParameterGroupName")
    ),
    Kind.DB_CLUSTER_SNAPSHOT: Remover(
        by_one_call("rds", "delete_db_cluster_snapshot", "DBClusterSnapshotIdentifier")
    ),
    Kind.DB_SNAPSHOT: Remover(by_one_call("rds", "delete_db_snapshot", "DBSnapshotIdentifier")),
    Kind.SECRET: Remover(secret),
    Kind.ALARM: Remover(by_one_call_for_many("cloudwatch", "delete_alarms", "AlarmNames")),
    Kind.DASHBOARD: Remover(
        by_one_call_for_many("cloudwatch", "delete_dashboards", "DashboardNames")
    ),
    Kind.LOG_GROUP: Remover(by_one_call("logs", "delete_log_group", "logGroupName")),
    Kind.ROLE: Remover(role),
    Kind.POLICY: Remover(policy),
    Kind.BUCKET: Remover(bucket),
    Kind.NAT_GATEWAY: Remover(nat_gateway, remains=nat_gateway_remains, seconds=_NAT_SECONDS),
    Kind.ELASTIC_IP: Remover(by_one_call("ec2", "release_address", "AllocationId")),
    Kind.VPC_ENDPOINT: Remover(vpc_endpoint),
    Kind.NETWORK_INTERFACE: Remover(network_interface),
    Kind.ROUTE_TABLE: Remover(route_table),
    Kind.SUBNET: Remover(by_one_call("ec2", "delete_subnet", "SubnetId")),
    Kind.INTERNET_GATEWAY: Remover(internet_gateway),
    Kind.SECURITY_GROUP: Remover(
        by_one_call("ec2", "delete_security_group", "GroupId"), begin=revoke_references
    ),
    Kind.VPC: Remover(by_one_call("ec2", "delete_vpc", "VpcId")),
    Kind.REPOSITORY: Remover(by_one_call("ecr", "delete_repository", "repositoryName", force=True)),
    Kind.DISTRIBUTION: Remover(delete_distribution, begin=disable_distribution),
}


__all__ = ["LISTINGS"]

LISTINGS: Mapping[Capability, Callable[[Clients], Iterator[Resource]]] = {
    Capability.EC2: network,
    Capability.ELBV2: balancing,
    Capability.ECS: containers,
    Capability.RDS: database,
    Capability.SECRETSMANAGER: secrets,
    Capability.S3: buckets,
    Capability.CLOUDFRONT: distributions,
    Capability.LOGS: log_groups,
    Capability.IAM: identity,
    Capability.CLOUDWATCH: monitoring,
    Capability.APPLICATION_AUTOSCALING: scaling,
    Capability.ECR: images,
}
