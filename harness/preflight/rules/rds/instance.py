"""Rules on the instances of Aurora clusters."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule

_CLASSES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
    "Concepts.DBInstanceClass.SupportAurora.html"
)
_SERVERLESS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.create.html"
)
# Aurora PostgreSQL supports memory-optimized, serverless and the larger burstable classes, but no
# general-purpose (m), micro or small ones.
_UNSUPPORTED = re.compile(r"db\.(m\d\w*\.\w+|t\d\w*\.(micro|small|xlarge|2xlarge)|c\d\w*\.\w+)")


@resource_rule(
    "rds/instance-class",
    Family.DEPLOY,
    "aws_rds_cluster_instance",
    errors="InvalidParameterCombination: RDS does not support creating a DB instance with the "
    "following combination: DBInstanceClass={instance_class}, Engine={engine}, "
    "EngineVersion={version}, LicenseModel=postgresql-license. For supported combinations of "
    "instance class and database engine version, see the documentation.",
    remedy="Use a class of Aurora PostgreSQL: db.serverless, db.t4g.medium, db.r6g.large, ...",
    documentation=_CLASSES,
)
def instance_class(instance: Resource) -> Problems:
    """No version of Aurora PostgreSQL supports the instance class."""
    name = instance.text("instance_class")
    if name is None or instance.text("engine") != "aurora-postgresql":
        return
    if not name.startswith("db.") or _UNSUPPORTED.fullmatch(name):
        yield instance.problem(
            f"Aurora PostgreSQL has no instance class {name}",
            instance_class=name,
            engine="aurora-postgresql",
        )


@resource_rule(
    "rds/serverless-without-capacity",
    Family.DEPLOY,
    "aws_rds_cluster_instance",
    errors="InvalidParameterCombination: Set the Serverless v2 scaling configuration on the parent "
    "DB cluster before creating a Serverless v2 DB instance.",
    remedy="Add serverlessv2_scaling_configuration to the cluster.",
    documentation=_SERVERLESS,
)
def serverless_without_capacity(instance: Resource) -> Problems:
    """A serverless instance is in a cluster without serverless capacity range."""
    cluster = instance.follow("cluster_identifier", "aws_rds_cluster")
    if cluster is None or instance.text("instance_class") != "db.serverless":
        return
    if cluster.absent("serverlessv2_scaling_configuration"):
        yield instance.problem(f"{cluster.address} has no serverlessv2_scaling_configuration")
