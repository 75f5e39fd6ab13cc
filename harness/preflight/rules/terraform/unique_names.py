"""The rule on names that must differ between runs."""

from collections.abc import Mapping

from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule

NAMES: Mapping[str, str] = {
    "aws_alb": "name",
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_db_instance": "identifier",
    "aws_db_parameter_group": "name",
    "aws_db_subnet_group": "name",
    "aws_dynamodb_table": "name",
    "aws_ecr_repository": "name",
    "aws_ecs_cluster": "name",
    "aws_ecs_task_definition": "family",
    "aws_iam_policy": "name",
    "aws_iam_role": "name",
    "aws_lb": "name",
    "aws_lb_target_group": "name",
    "aws_rds_cluster": "cluster_identifier",
    "aws_rds_cluster_instance": "identifier",
    "aws_rds_cluster_parameter_group": "name",
    "aws_s3_bucket": "bucket",
    "aws_secretsmanager_secret": "name",
    "aws_sns_topic": "name",
    "aws_sqs_queue": "name",
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
    documentation="https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html",
)
def name_not_unique_per_run(inspection: Inspection) -> Problems:
    """A name that must be unique per account does not contain the run's environment suffix."""
    suffix = inspection.environment_suffix
    if not suffix:
        return
    for resource in inspection.configuration.resources(*NAMES):
        name = resource.text(NAMES[resource.type])
        if name and suffix not in name:
            yield resource.problem(f"name {name!r} without suffix {suffix!r}", name=name)
