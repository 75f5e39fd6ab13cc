"""More mutations of the database cluster."""

from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import aurora_cluster
from tests.mutations.mutation import called, modified, mutation, switched


def _cluster(context: CheckContext) -> dict[str, Any]:
    return {
        "DBClusterIdentifier": context.expected.aurora_cluster_identifier,
        "ApplyImmediately": True,
    }


def _writer(context: CheckContext) -> dict[str, Any]:
    identifier = aurora_cluster(context)["DBClusterMembers"][0]["DBInstanceIdentifier"]
    return {"DBInstanceIdentifier": identifier, "ApplyImmediately": True}


def _reader(context: CheckContext) -> dict[str, Any]:
    return {"DBInstanceIdentifier": f"mutation-{context.expected.environment_suffix}"}


def _add_reader(context: CheckContext) -> None:
    context.clients.rds.create_db_instance(
        **_reader(context),
        DBClusterIdentifier=context.expected.aurora_cluster_identifier,
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )


def _parameter(name: str, value: str) -> dict[str, Any]:
    parameter = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
    return {"Parameters": [parameter]}


def _group(context: CheckContext) -> dict[str, Any]:
    return {"DBClusterParameterGroupName": context.expected.database_parameter_group_name}


MUTATIONS = (
    mutation(
        "a reader too many",
        "aurora/instances tags/database",
        _add_reader,
        lambda c, _: c.clients.rds.delete_db_instance(**_reader(c), SkipFinalSnapshot=True),
    ),
    switched(
        "a public instance",
        "aurora/instances",
        "rds.modify_db_instance",
        _writer,
        ({"PubliclyAccessible": True}, {"PubliclyAccessible": False}),
        quick=True,
    ),
    modified(
        "a public subnet in the subnet group",
        "aurora/private-subnets",
        lambda c: (list(c.outputs.private_subnet_ids), c.outputs.public_subnet_ids[0]),
        lambda subnets: ([*subnets[0], subnets[1]], ""),
        lambda c, subnets: c.clients.rds.modify_db_subnet_group(
            DBSubnetGroupName=c.expected.database_subnet_group_name, SubnetIds=subnets[0]
        ),
        quick=True,
    ),
    switched(
        "sign-in to the database with IAM",
        "aurora/cluster",
        "rds.modify_db_cluster",
        _cluster,
        ({"EnableIAMDatabaseAuthentication": True}, {"EnableIAMDatabaseAuthentication": False}),
    ),
    modified(
        "another largest capacity",
        "aurora/cluster",
        lambda c: aurora_cluster(c)["ServerlessV2ScalingConfiguration"],
        lambda capacity: {**capacity, "MaxCapacity": 64.0},
        lambda c, capacity: c.clients.rds.modify_db_cluster(
            **_cluster(c), ServerlessV2ScalingConfiguration=capacity
        ),
    ),
    modified(
        "another security group of the cluster",
        "aurora/cluster",
        lambda c: [each["VpcSecurityGroupId"] for each in aurora_cluster(c)["VpcSecurityGroups"]],
        lambda groups: [*groups, "sg-00000000000000000"],
        lambda c, groups: c.clients.rds.modify_db_cluster(
            **_cluster(c), VpcSecurityGroupIds=groups
        ),
    ),
    called(
        "one more parameter of the parameter group",
        "aurora/parameter-group",
        (
            "rds.modify_db_cluster_parameter_group",
            lambda c: {**_group(c), **_parameter("log_statement", "all")},
        ),
        (
            "rds.reset_db_cluster_parameter_group",
            lambda c, _: {**_group(c), **_parameter("log_statement", "all")},
        ),
    ),
)
