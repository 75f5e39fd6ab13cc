"""The only module that imports bindings of cdktf; the stack imports them from here.

``prepare`` must run before the first import of jsii, hence the order of this module.
"""
# ruff: noqa: E402, F401
# mypy: implicit-reexport

from .jsii_runtime import prepare

prepare()

from cdktf import (
    App,
    Fn,
    ITerraformDependable,
    LocalBackend,
    S3Backend,
    TerraformOutput,
    TerraformStack,
    Testing,
    Token,
)
from cdktf_cdktf_provider_aws import (
    appautoscaling_policy,
    appautoscaling_target,
    cloudfront_distribution,
    cloudwatch_dashboard,
    cloudwatch_log_group,
    cloudwatch_metric_alarm,
    data_aws_availability_zones,
    data_aws_caller_identity,
    data_aws_rds_engine_version,
    db_subnet_group,
    default_security_group,
    ecs_cluster,
    ecs_cluster_capacity_providers,
    ecs_service,
    ecs_task_definition,
    eip,
    iam_role,
    iam_role_policy,
    internet_gateway,
    lb,
    lb_listener,
    lb_target_group,
    nat_gateway,
    provider,
    rds_cluster,
    rds_cluster_instance,
    rds_cluster_parameter_group,
    route,
    route_table,
    route_table_association,
    s3_bucket,
    s3_bucket_lifecycle_configuration,
    s3_bucket_ownership_controls,
    s3_bucket_policy,
    s3_bucket_public_access_block,
    s3_bucket_server_side_encryption_configuration,
    secretsmanager_secret,
    secretsmanager_secret_version,
    security_group,
    subnet,
    vpc,
    vpc_security_group_egress_rule,
    vpc_security_group_ingress_rule,
)
from constructs import Construct
