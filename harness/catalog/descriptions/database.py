"""The database."""

from collections.abc import Mapping

from harness.catalog.descriptions.described import Described

TYPES: Mapping[str, tuple[Described, ...]] = {
    "aws_db_subnet_group": (
        Described(
            "DB subnet group",
            {
                "name": "DBSubnetGroupName",
                "description": "DBSubnetGroupDescription",
                "arn": "DBSubnetGroupArn",
                "subnet_ids": "Subnets",
            },
        ),
    ),
    "aws_rds_cluster_parameter_group": (
        Described(
            "DB cluster parameter group",
            {
                "name": "DBClusterParameterGroupName",
                "family": "DBParameterGroupFamily",
                "arn": "DBClusterParameterGroupArn",
                "parameter": "Parameters",
                "parameter.name": "Parameters.ParameterName",
                "parameter.value": "Parameters.ParameterValue",
            },
        ),
    ),
    "aws_rds_cluster": (
        Described(
            "DB cluster",
            {
                "arn": "DBClusterArn",
                "cluster_identifier": "DBClusterIdentifier",
                "cluster_resource_id": "DbClusterResourceId",
                "db_cluster_parameter_group_name": "DBClusterParameterGroup",
                "db_subnet_group_name": "DBSubnetGroup",
                "enable_http_endpoint": "HttpEndpointEnabled",
                "engine_version_actual": "EngineVersion",
                "hosted_zone_id": "HostedZoneId",
                "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
                "vpc_security_group_ids": "VpcSecurityGroups",
            },
            without=(
                *("allow_major_version_upgrade", "apply_immediately", "cluster_members"),
                *("delete_automated_backups", "engine_version", "final_snapshot_identifier"),
                *("master_password_wo_version", "skip_final_snapshot"),
            ),
        ),
    ),
    "aws_rds_cluster_instance": (
        Described(
            "DB instance",
            {
                "arn": "DBInstanceArn",
                "ca_cert_identifier": "CACertificateIdentifier",
                "cluster_identifier": "DBClusterIdentifier",
                "db_parameter_group_name": "DBParameterGroups.DBParameterGroupName",
                "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
                "endpoint": "Endpoint.Address",
                "engine_version_actual": "EngineVersion",
                "identifier": "DBInstanceIdentifier",
                "instance_class": "DBInstanceClass",
                "port": "Endpoint.Port",
                "writer": "IsClusterWriter",
            },
            without=("apply_immediately", "engine_version", "force_destroy", "network_type"),
        ),
    ),
}
