"""Rules on names that are in use in the target, except by resources deployed already."""

from collections.abc import Callable, Iterator
from typing import Any

from harness.preflight.configuration import Resource
from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.target_lookup import TargetLookup

_DOCS = "https://docs.aws.amazon.com"
_UNIQUE = "Put the environment suffix into the name; destroy the leftovers of earlier runs."
_NO_BUCKET = ("404", "NoSuchBucket", "NotFound")


def _new(inspection: Inspection, argument: str, *types: str) -> Iterator[tuple[Resource, str]]:
    """Yield the resources to create, with their names."""
    for resource in inspection.configuration.resources(*types):
        name = resource.text(argument)
        if name and resource.address not in inspection.configuration.existing:
            yield resource, name


def _taken(
    inspection: Inspection, argument: str, *types: str, by: Callable[[str], str]
) -> Problems:
    """Yield a problem for each new resource for whose name ``by`` returns a reason."""
    for resource, name in _new(inspection, argument, *types):
        if reason := by(name):
            yield resource.problem(f"{name}: {reason}", name=name)


@lookup_rule(
    "secretsmanager/name-taken",
    errors=(
        "InvalidRequestException: You can't create this secret because a secret with this name is "
        "already scheduled for deletion.",
        "ResourceExistsException: The operation failed because the secret {name} already exists.",
    ),
    remedy="Use a name that no earlier run used, and recovery_window_in_days = 0; to release this "
    "one: aws secretsmanager delete-secret --force-delete-without-recovery --secret-id NAME.",
    documentation=f"{_DOCS}/secretsmanager/latest/apireference/API_CreateSecret.html",
)
def secret_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a secret is in use, possibly by a secret scheduled for deletion."""
    for secret, name in _new(inspection, "name", "aws_secretsmanager_secret"):
        found = target.find(
            "secretsmanager", "describe_secret", ("ResourceNotFoundException",), SecretId=name
        )
        if found is None:
            continue
        if since := found.get("DeletedDate"):
            text = f"a secret {name} is scheduled for deletion, since {since:%Y-%m-%d %H:%M}"
            yield secret.problem(text, name=name)
        else:
            yield secret.problem(f"a secret {name} exists", variant=1, name=name)


@lookup_rule(
    "s3/bucket-name-taken",
    errors=(
        "BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is "
        "shared by all users of the system. Please select a different name and try again.",
        "BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and "
        "you already own it.",
    ),
    remedy=_UNIQUE,
    documentation=f"{_DOCS}/AmazonS3/latest/API/API_CreateBucket.html",
)
def bucket_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a bucket is in use, in this or another account."""

    def reason(name: str) -> str:
        found = target.find("s3", "head_bucket", (*_NO_BUCKET, "403", "301"), Bucket=name)
        return "" if found is None else "the bucket exists"

    yield from _taken(inspection, "bucket", "aws_s3_bucket", by=reason)


@lookup_rule(
    "elbv2/name-taken",
    errors=(
        "Error: ELBv2 Load Balancer ({name}) already exists",
        "Error: ELBv2 Target Group ({name}) already exists",
        "DuplicateLoadBalancerName: A load balancer with the same name '{name}' exists, but with "
        "different settings",
        "DuplicateTargetGroupName: A target group with the same name '{name}' exists, but with "
        "different settings",
    ),
    remedy=_UNIQUE,
    documentation=f"{_DOCS}/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
)
def load_balancer_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a load balancer or a target group is in use."""
    kinds = (
        ("aws_lb", "describe_load_balancers", "LoadBalancerNotFound", "LoadBalancers"),
        ("aws_lb_target_group", "describe_target_groups", "TargetGroupNotFound", "TargetGroups"),
    )
    for variant, (kind, operation, absent, key) in enumerate(kinds):
        for resource, name in _new(inspection, "name", kind):
            found = target.find("elbv2", operation, (absent,), Names=[name])
            if found is not None and found[key]:
                yield resource.problem(f"{name} exists already", variant=variant, name=name)


@lookup_rule(
    "ecs/cluster-name-taken",
    remedy=_UNIQUE,
    documentation=f"{_DOCS}/AmazonECS/latest/APIReference/API_CreateCluster.html",
)
def cluster_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """A cluster with this name is active: ECS returns it on creation, and destroy removes it."""

    def reason(name: str) -> str:
        found = target.call("ecs", "describe_clusters", clusters=[name])["clusters"]
        active = any(cluster.get("status") == "ACTIVE" for cluster in found)
        return "an active cluster has this name" if active else ""

    yield from _taken(inspection, "name", "aws_ecs_cluster", by=reason)


@lookup_rule(
    "rds/identifier-taken",
    errors=(
        "DBClusterAlreadyExistsFault: DB Cluster already exists",
        "DBInstanceAlreadyExists: DB instance already exists",
    ),
    remedy=_UNIQUE,
    documentation=f"{_DOCS}/AmazonRDS/latest/APIReference/API_CreateDBCluster.html",
)
def database_identifier_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The identifier of a database cluster is in use."""

    def reason(name: str) -> str:
        found: Any = target.find(
            "rds",
            "describe_db_clusters",
            ("DBClusterNotFoundFault", "DBClusterNotFound"),
            DBClusterIdentifier=name,
        )
        return "the cluster exists" if found and found["DBClusters"] else ""

    yield from _taken(inspection, "cluster_identifier", "aws_rds_cluster", by=reason)


@lookup_rule(
    "iam/role-name-taken",
    errors="EntityAlreadyExists: Role with name {name} already exists.",
    remedy=_UNIQUE,
    documentation=f"{_DOCS}/IAM/latest/APIReference/API_CreateRole.html",
)
def role_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a role is in use."""

    def reason(name: str) -> str:
        found = target.find("iam", "get_role", ("NoSuchEntity",), RoleName=name)
        return "" if found is None else "the role exists"

    yield from _taken(inspection, "name", "aws_iam_role", by=reason)


@lookup_rule(
    "logs/group-name-taken",
    errors="ResourceAlreadyExistsException: The specified log group already exists",
    remedy=_UNIQUE,
    documentation=f"{_DOCS}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
)
def log_group_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a log group is in use."""

    def reason(name: str) -> str:
        found = target.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
        return "the log group exists" if name in [g["logGroupName"] for g in found] else ""

    yield from _taken(inspection, "name", "aws_cloudwatch_log_group", by=reason)
