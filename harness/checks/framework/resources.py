"""The main resources of the stack, looked up by the names that were wanted."""

from typing import TYPE_CHECKING

from harness.checks.framework.context import CheckContext
from harness.checks.framework.expect import one

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterTypeDef, ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef, TargetGroupTypeDef
    from mypy_boto3_rds.type_defs import DBClusterTypeDef


def load_balancer(context: CheckContext) -> "LoadBalancerTypeDef":
    """Return the load balancer."""
    name = context.config.alb_name
    answer = context.clients.elbv2.describe_load_balancers(Names=[name])
    return one(answer["LoadBalancers"], f"load balancer {name}")


def target_group(context: CheckContext) -> "TargetGroupTypeDef":
    """Return the target group."""
    name = context.config.target_group_name
    answer = context.clients.elbv2.describe_target_groups(Names=[name])
    return one(answer["TargetGroups"], f"target group {name}")


def metric_name(arn: str) -> str:
    """Return the end of a load balancer's or target group's ARN, as CloudWatch wants it.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    resource = arn.split(":", 5)[5]
    return resource.removeprefix("loadbalancer/")


def ecs_cluster(context: CheckContext) -> "ClusterTypeDef":
    """Return the ECS cluster, with its tags."""
    name = context.config.ecs_cluster_name
    answer = context.clients.ecs.describe_clusters(clusters=[name], include=["TAGS"])
    return one(answer["clusters"], f"ECS cluster {name}")


def active_service(context: CheckContext) -> "ServiceTypeDef":
    """Return the ECS service, with its tags; one that is going or gone does not count."""
    config = context.config
    answer = context.clients.ecs.describe_services(
        cluster=config.ecs_cluster_name, services=[config.ecs_service_name], include=["TAGS"]
    )
    active = [service for service in answer["services"] if service["status"] == "ACTIVE"]
    return one(active, f"active service {config.ecs_service_name}")


def aurora_cluster(context: CheckContext) -> "DBClusterTypeDef":
    """Return the Aurora cluster."""
    name = context.config.aurora_cluster_identifier
    answer = context.clients.rds.describe_db_clusters(DBClusterIdentifier=name)
    return one(answer["DBClusters"], f"Aurora cluster {name}")
