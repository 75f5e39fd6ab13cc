import pytest

from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    both,
    check,
    fires,
    report_of,
    silent,
)

CLUSTER = "aws_rds_cluster.database_cluster"
WRITER = "aws_rds_cluster_instance.database_writer"
SUBNETS = "aws_db_subnet_group.database_subnets"
PARAMETERS = "aws_rds_cluster_parameter_group.database_parameters"


def cluster(draft: Draft, **arguments: object) -> None:
    draft[CLUSTER].update(arguments)


def capacity(draft: Draft, low: object, high: object) -> None:
    cluster(draft, serverlessv2_scaling_configuration={"min_capacity": low, "max_capacity": high})


def one_zone(draft: Draft) -> None:
    draft[SUBNETS]["subnet_ids"] = draft[SUBNETS]["subnet_ids"][:1]


def same_zone_twice(draft: Draft) -> None:
    zone = draft["aws_subnet.network_private_0"]["availability_zone"]
    draft["aws_subnet.network_private_1"]["availability_zone"] = zone


def instance_of_postgres(draft: Draft, **arguments: object) -> None:
    draft["aws_db_instance.plain"] = {
        "identifier": f"plain-{SUFFIX}",
        "engine": "postgres",
        "skip_final_snapshot": True,
        **arguments,
    }


def without_capacity(draft: Draft) -> None:
    del draft[CLUSTER]["serverlessv2_scaling_configuration"]


CASES = [
    fires("rds/retired-engine-version", CLUSTER, lambda d: cluster(d, engine_version="16.4")),
    fires(
        "rds/retired-engine-version",
        CLUSTER,
        lambda d: cluster(d, engine_version="16.99"),
        name="unknown",
    ),
    fires(
        "rds/retired-engine-version",
        CLUSTER,
        lambda d: cluster(d, engine_version="16.8-limitless"),
        name="another product",
    ),
    silent("rds/retired-engine-version", lambda d: cluster(d, engine_version="16.9")),
    silent("rds/retired-engine-version", lambda d: cluster(d, engine_version="16")),
    # As in Terraform: no version, and so the default of AWS.
    silent("rds/retired-engine-version", lambda d: cluster(d, engine_version="")),
    silent("rds/retired-engine-version", lambda d: cluster(d, engine_version="${var.version}")),
    fires(
        "rds/parameter-group-family",
        CLUSTER,
        lambda d: d[PARAMETERS].update(family="aurora-postgresql15"),
    ),
    silent(
        "rds/parameter-group-family",
        both(
            lambda d: d[PARAMETERS].update(family="aurora-postgresql15"),
            lambda d: cluster(d, engine_version="15.10"),
        ),
    ),
    silent(
        "rds/parameter-group-family",
        both(
            lambda d: d[PARAMETERS].update(family="aurora-postgresql15"),
            lambda d: cluster(d, engine_version="${data.aws_rds_engine_version.x.version}"),
        ),
        name="unknown version",
        also={"terraform/undeclared-resource"},
    ),
    fires("rds/subnet-group-zones", SUBNETS, one_zone),
    fires(
        "rds/subnet-group-zones",
        SUBNETS,
        same_zone_twice,
        name="two subnets in one zone",
    ),
    silent(
        "rds/subnet-group-zones",
        both(one_zone, lambda d: d["aws_subnet.network_private_0"].pop("availability_zone")),
        name="zone left to AWS",
    ),
    silent(
        "rds/subnet-group-zones",
        lambda d: d[SUBNETS].update(subnet_ids="${aws_subnet.x[*].id}"),
        name="unknown subnets",
        also={"terraform/undeclared-resource"},
    ),
    fires("rds/serverless-capacity", CLUSTER, lambda d: capacity(d, 4, 2)),
    fires("rds/serverless-capacity", CLUSTER, lambda d: capacity(d, 0.7, 2), name="step"),
    fires("rds/serverless-capacity", CLUSTER, lambda d: capacity(d, 0, 300), name="large"),
    fires("rds/serverless-capacity", CLUSTER, lambda d: capacity(d, 0, 0.5), name="small"),
    silent("rds/serverless-capacity", lambda d: capacity(d, 0, "1.0")),
    silent("rds/serverless-capacity", lambda d: capacity(d, "${var.low}", 2), name="unknown"),
    fires("rds/backup-retention", CLUSTER, lambda d: cluster(d, backup_retention_period=0)),
    silent("rds/backup-retention", lambda d: cluster(d, backup_retention_period=35)),
    fires("rds/deletion-protection", CLUSTER, lambda d: cluster(d, deletion_protection=True)),
    silent("rds/deletion-protection", lambda d: cluster(d, deletion_protection=None)),
    fires("rds/final-snapshot", CLUSTER, lambda d: cluster(d, skip_final_snapshot=False)),
    fires(
        "rds/final-snapshot",
        CLUSTER,
        lambda d: d[CLUSTER].pop("skip_final_snapshot"),
        name="default",
    ),
    fires(
        "rds/final-snapshot",
        CLUSTER,
        lambda d: cluster(d, skip_final_snapshot=False, final_snapshot_identifier="last"),
        name="named",
    ),
    silent("rds/final-snapshot", lambda d: cluster(d, skip_final_snapshot="${var.skip}")),
    fires("rds/instance-class", WRITER, lambda d: d[WRITER].update(instance_class="db.t3.micro")),
    fires("rds/instance-class", WRITER, lambda d: d[WRITER].update(instance_class="db.m5.large")),
    silent("rds/instance-class", lambda d: d[WRITER].update(instance_class="db.t4g.medium")),
    silent("rds/instance-class", lambda d: d[WRITER].update(instance_class="db.r8g.xlarge")),
    fires("rds/serverless-without-capacity", WRITER, without_capacity),
    silent(
        "rds/serverless-without-capacity",
        both(without_capacity, lambda d: d[WRITER].update(instance_class="db.r6g.large")),
    ),
    fires("rds/identifier", CLUSTER, lambda d: cluster(d, cluster_identifier=f"DB-{SUFFIX}")),
    fires(
        "rds/identifier",
        WRITER,
        lambda d: d[WRITER].update(identifier=f"db--{SUFFIX}"),
        name="two hyphens",
    ),
    fires(
        "rds/identifier",
        CLUSTER,
        lambda d: cluster(d, cluster_identifier=f"{SUFFIX}{'x' * 60}"),
        name="too long",
    ),
    silent("rds/identifier", lambda d: cluster(d, cluster_identifier=f"d{SUFFIX}-{'x' * 55}")),
    fires("rds/database-name", CLUSTER, lambda d: cluster(d, database_name="product-catalog")),
    fires("rds/database-name", CLUSTER, lambda d: cluster(d, database_name="table"), name="word"),
    silent("rds/database-name", lambda d: cluster(d, database_name="Product_1")),
    fires("rds/master-username", CLUSTER, lambda d: cluster(d, master_username="admin")),
    fires(
        "rds/master-username", CLUSTER, lambda d: cluster(d, master_username="user"), name="word"
    ),
    fires("rds/master-username", CLUSTER, lambda d: cluster(d, master_username="1st"), name="bad"),
    silent("rds/master-username", lambda d: cluster(d, master_username="postgres")),
    silent("rds/master-username", lambda d: cluster(d, master_username="${var.user}")),
    silent(
        "rds/master-username",
        lambda d: instance_of_postgres(d, engine="mysql", username="user"),
        name="MySQL reserves fewer",
        also={"rds/cluster-settings"},
    ),
    fires("rds/master-password", CLUSTER, lambda d: cluster(d, master_password_wo="short")),
    fires("rds/master-password", CLUSTER, lambda d: cluster(d, master_password_wo="with@sign99")),
    fires(
        "rds/master-password",
        "aws_db_instance.plain",
        lambda d: instance_of_postgres(d, password="x" * 129),
        name="too long",
    ),
    silent("rds/master-password", lambda d: instance_of_postgres(d, password="x" * 128)),
    silent("rds/master-password", lambda d: cluster(d, master_password=None)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


def test_no_password_is_ever_shown() -> None:
    case = fires("rds/master-password", CLUSTER, lambda d: cluster(d, master_password="hunter 2"))
    assert "hunter" not in repr(report_of(case))
