"""Rules on names that must differ between runs, or that are in use in the target."""

from collections.abc import Iterator, Mapping

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, lookup_rule
from harness.preflight.target_lookup import TargetLookup

_UNIQUE = "Put the environment suffix into the name; destroy the leftovers of earlier runs."
# 403, 301: perhaps in another account or region.
_NOT_IN_THIS_ACCOUNT = ("404", "NoSuchBucket", "NotFound", "403", "301")
_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("aws_alb", "aws_cloudwatch_log_group", "aws_db_parameter_group"),
            *("aws_db_subnet_group", "aws_dynamodb_table", "aws_ecr_repository"),
            *("aws_ecs_cluster", "aws_iam_policy", "aws_iam_role", "aws_lb"),
            *("aws_lb_target_group", "aws_rds_cluster_parameter_group"),
            *("aws_secretsmanager_secret", "aws_sns_topic", "aws_sqs_queue"),
        ),
        "name",
    ),
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_db_instance": "identifier",
    "aws_ecs_task_definition": "family",
    "aws_rds_cluster": "cluster_identifier",
    "aws_rds_cluster_instance": "identifier",
    "aws_s3_bucket": "bucket",
}
"""Resource type -> argument with a name that must be unique per account."""


@configuration_rule(
    "terraform/name-not-unique-per-run",
    family=Family.TEARDOWN,
    severity=Severity.WARNING,
    errors=(
        "EntityAlreadyExists: Role with name {name} already exists.",
        "ResourceAlreadyExistsException: The specified log group already exists",
        "DuplicateLoadBalancerName: A load balancer with the same name '{name}' exists, but with "
        "different settings",
        "DBSubnetGroupAlreadyExists: The DB subnet group '{name}' already exists.",
        "DBParameterGroupAlreadyExists: Parameter group {name} already exists",
    ),
    remedy="Put the environment suffix into the name, so that two runs do not conflict.",
    documentation="general/latest/gr/aws-arns-and-namespaces.html",
)
def name_not_unique_per_run(inspection: Inspection) -> Problems:
    """A name that must be unique per account does not contain the run's environment suffix."""
    suffix = inspection.environment_suffix
    if not suffix:
        return
    for resource in inspection.configuration.resources(*_NAMES):
        name = resource.text(_NAMES[resource.type])
        if name and suffix not in name:
            yield resource.problem(f"name {name!r} without suffix {suffix!r}", name=name)


def _new(inspection: Inspection, *types: str) -> Iterator[tuple[Resource, str]]:
    """Yield the resources to create, with their names."""
    for resource in inspection.configuration.resources(*types):
        name = resource.text(_NAMES[resource.type])
        if name and resource.address not in inspection.configuration.existing:
            yield resource, name


@lookup_rule(
    "secretsmanager/name-taken",
    errors=(
        "InvalidRequestException: You can't create this secret because a secret with this name is "
        "already scheduled for deletion.",
        "ResourceExistsException: The operation failed because the secret {name} already exists.",
    ),
    remedy="Use a name that no earlier run used, and recovery_window_in_days = 0; to release this "
    "one: aws secretsmanager delete-secret --force-delete-without-recovery --secret-id NAME.",
    documentation="secretsmanager/latest/apireference/API_CreateSecret.html",
)
def secret_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a secret is in use, possibly by a secret scheduled for deletion."""
    for secret, name in _new(inspection, "aws_secretsmanager_secret"):
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
    documentation="AmazonS3/latest/API/API_CreateBucket.html",
)
def bucket_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a bucket is in use in this account."""
    for bucket, name in _new(inspection, "aws_s3_bucket"):
        if target.find("s3", "head_bucket", _NOT_IN_THIS_ACCOUNT, Bucket=name) is not None:
            yield bucket.problem(f"{name}: the bucket exists", name=name)


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
    documentation="elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
)
def load_balancer_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a load balancer or a target group is in use."""
    kinds = (
        ("aws_lb", "describe_load_balancers", "LoadBalancerNotFound", "LoadBalancers"),
        ("aws_lb_target_group", "describe_target_groups", "TargetGroupNotFound", "TargetGroups"),
    )
    for variant, (kind, operation, absent, key) in enumerate(kinds):
        for resource, name in _new(inspection, kind):
            found = target.find("elbv2", operation, (absent,), Names=[name])
            if found is not None and found[key]:
                yield resource.problem(f"{name} exists already", variant=variant, name=name)


@lookup_rule(
    "ecs/cluster-name-taken",
    remedy=_UNIQUE,
    documentation="AmazonECS/latest/APIReference/API_CreateCluster.html",
)
def cluster_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """A cluster with this name is active: ECS returns it on creation, and destroy removes it."""
    for cluster, name in _new(inspection, "aws_ecs_cluster"):
        found = target.call("ecs", "describe_clusters", clusters=[name])["clusters"]
        if any(other.get("status") == "ACTIVE" for other in found):
            yield cluster.problem(f"{name}: an active cluster has this name", name=name)


@lookup_rule(
    "rds/identifier-taken",
    errors=(
        "DBClusterAlreadyExistsFault: DB Cluster already exists",
        "DBInstanceAlreadyExists: DB instance already exists",
    ),
    remedy=_UNIQUE,
    documentation="AmazonRDS/latest/APIReference/API_CreateDBCluster.html",
)
def database_identifier_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The identifier of a database cluster is in use."""
    absent = ("DBClusterNotFoundFault", "DBClusterNotFound")
    for cluster, name in _new(inspection, "aws_rds_cluster"):
        found = target.find("rds", "describe_db_clusters", absent, DBClusterIdentifier=name)
        if found is not None and found["DBClusters"]:
            yield cluster.problem(f"{name}: the cluster exists", name=name)


@lookup_rule(
    "iam/role-name-taken",
    errors="EntityAlreadyExists: Role with name {name} already exists.",
    remedy=_UNIQUE,
    documentation="IAM/latest/APIReference/API_CreateRole.html",
)
def role_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a role is in use."""
    for role, name in _new(inspection, "aws_iam_role"):
        if target.find("iam", "get_role", ("NoSuchEntity",), RoleName=name) is not None:
            yield role.problem(f"{name}: the role exists", name=name)


@lookup_rule(
    "logs/group-name-taken",
    errors="ResourceAlreadyExistsException: The specified log group already exists",
    remedy=_UNIQUE,
    documentation="AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
)
def log_group_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a log group is in use."""
    for group, name in _new(inspection, "aws_cloudwatch_log_group"):
        found = target.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
        if name in [other["logGroupName"] for other in found]:
            yield group.problem(f"{name}: the log group exists", name=name)
