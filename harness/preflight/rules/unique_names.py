"""Rules on names that must differ between runs, or that are in use in the target."""

from collections.abc import Iterator, Mapping

from harness.preflight.configuration import Resource
from harness.preflight.registry import Inspection, Problems, configuration_rule, lookup_rule
from harness.preflight.target_lookup import TargetLookup

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


@configuration_rule("terraform/name-not-unique-per-run")
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


@lookup_rule("secretsmanager/name-taken")
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


@lookup_rule("s3/bucket-name-taken")
def bucket_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a bucket is in use in this account."""
    for bucket, name in _new(inspection, "aws_s3_bucket"):
        if target.find("s3", "head_bucket", _NOT_IN_THIS_ACCOUNT, Bucket=name) is not None:
            yield bucket.problem(f"{name}: the bucket exists", name=name)


@lookup_rule("elbv2/name-taken")
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


@lookup_rule("ecs/cluster-name-taken")
def cluster_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """A cluster with this name is active: ECS returns it on creation, and destroy removes it."""
    for cluster, name in _new(inspection, "aws_ecs_cluster"):
        found = target.call("ecs", "describe_clusters", clusters=[name])["clusters"]
        if any(other.get("status") == "ACTIVE" for other in found):
            yield cluster.problem(f"{name}: an active cluster has this name", name=name)


@lookup_rule("rds/identifier-taken")
def database_identifier_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The identifier of a database cluster is in use."""
    absent = ("DBClusterNotFoundFault", "DBClusterNotFound")
    for cluster, name in _new(inspection, "aws_rds_cluster"):
        found = target.find("rds", "describe_db_clusters", absent, DBClusterIdentifier=name)
        if found is not None and found["DBClusters"]:
            yield cluster.problem(f"{name}: the cluster exists", name=name)


@lookup_rule("iam/role-name-taken")
def role_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a role is in use."""
    for role, name in _new(inspection, "aws_iam_role"):
        if target.find("iam", "get_role", ("NoSuchEntity",), RoleName=name) is not None:
            yield role.problem(f"{name}: the role exists", name=name)


@lookup_rule("logs/group-name-taken")
def log_group_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a log group is in use."""
    for group, name in _new(inspection, "aws_cloudwatch_log_group"):
        found = target.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
        if name in [other["logGroupName"] for other in found]:
            yield group.problem(f"{name}: the log group exists", name=name)
