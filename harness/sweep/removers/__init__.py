"""How each kind of resource is removed; the order is that of ``Kind``."""

from collections.abc import Mapping

from harness.sweep.removers.containers import (
    ecs_service,
    ecs_task,
    load_balancer,
    scalable_target,
)
from harness.sweep.removers.database import db_cluster, db_cluster_remains, db_instance, secret
from harness.sweep.removers.edge import delete_distribution, disable_distribution
from harness.sweep.removers.identity import policy, role
from harness.sweep.removers.network import (
    internet_gateway,
    nat_gateway,
    nat_gateway_remains,
    network_interface,
    revoke_references,
    route_table,
    vpc_endpoint,
)
from harness.sweep.removers.remover import Remover, by_one_call, by_one_call_for_many
from harness.sweep.removers.storage import bucket
from harness.sweep.resource import Kind

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
