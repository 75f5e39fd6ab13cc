import pytest

from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template

ENGINE_VERSION = "data.aws_rds_engine_version"


def test_the_cluster_is_serverless_aurora_postgresql(template: Template) -> None:
    cluster = template.resource("aws_rds_cluster")
    assert cluster["engine"] == "aurora-postgresql"
    assert cluster["engine_mode"] == "provisioned"
    assert cluster["serverlessv2_scaling_configuration"] == {
        "min_capacity": 0.5,
        "max_capacity": 2,
    }
    assert template.resource("aws_rds_cluster_instance")["instance_class"] == "db.serverless"


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("cluster_identifier", f"catalog-{SUFFIX}"),
        ("database_name", "catalog"),
        ("master_username", "catalogadmin"),
        ("port", 5432),
        ("storage_encrypted", True),
        ("enable_http_endpoint", True),
        ("skip_final_snapshot", True),
        ("deletion_protection", False),
        ("apply_immediately", True),
        ("backup_retention_period", 1),
        ("copy_tags_to_snapshot", True),
    ],
)
def test_the_cluster_is_as_promised(template: Template, argument: str, value: object) -> None:
    assert template.resource("aws_rds_cluster")[argument] == value


def test_the_cluster_leaves_no_log_group_behind(template: Template) -> None:
    cluster = template.resource("aws_rds_cluster")
    assert "enabled_cloudwatch_logs_exports" not in cluster.attributes


def test_the_cluster_has_no_password_in_an_argument_that_is_stored(template: Template) -> None:
    arguments = set(template.resource("aws_rds_cluster").attributes)
    assert not {"master_password", "manage_master_user_password"} & arguments


def test_the_cluster_lies_in_the_private_subnets_behind_its_group(template: Template) -> None:
    cluster = template.resource("aws_rds_cluster")
    group = template.resource("aws_security_group", name=f"catalog-database-{SUFFIX}")
    subnet_group = template.resource("aws_db_subnet_group", name=f"catalog-{SUFFIX}")
    assert cluster["vpc_security_group_ids"] == [group.ref("id")]
    assert cluster["db_subnet_group_name"] == subnet_group.ref("name")
    assert subnet_group["subnet_ids"] == template.outputs["private_subnet_ids"]


def test_connections_without_tls_are_rejected(template: Template) -> None:
    parameters = template.resource("aws_rds_cluster_parameter_group")
    assert parameters["parameter"] == [{"name": "rds.force_ssl", "value": "1"}]
    assert parameters["family"] == "aurora-postgresql16"
    cluster = template.resource("aws_rds_cluster")
    assert cluster["db_cluster_parameter_group_name"] == parameters.ref("name")


def test_one_writer_and_no_reader_by_default(template: Template) -> None:
    writer = template.resource("aws_rds_cluster_instance")
    assert writer["identifier"] == f"catalog-{SUFFIX}-writer"
    assert writer["promotion_tier"] == 0
    assert writer["publicly_accessible"] is False
    assert writer["auto_minor_version_upgrade"] is False
    assert writer["apply_immediately"] is True


def test_readers_stand_by(varied: Template) -> None:
    instances = varied.resources("aws_rds_cluster_instance")
    assert {one["identifier"]: one["promotion_tier"] for one in instances} == {
        f"catalog-{SUFFIX}-writer": 0,
        f"catalog-{SUFFIX}-reader-0": 1,
        f"catalog-{SUFFIX}-reader-1": 1,
    }


def test_the_preferred_version_is_requested_first_then_the_newest(template: Template) -> None:
    query = template.resource(ENGINE_VERSION)
    versions = query["preferred_versions"]
    assert query["engine"] == "aurora-postgresql"
    assert versions[0] == "16.8"
    assert versions[1:] == sorted(
        versions[1:], key=lambda version: int(version.split(".")[1]), reverse=True
    )
    assert all(version.startswith("16.") for version in versions)
    assert len(versions) == len(set(versions))
    assert template.resource("aws_rds_cluster")["engine_version"] == query.ref("version_actual")


def test_another_major_requests_its_own_versions(varied: Template) -> None:
    assert varied.resource(ENGINE_VERSION)["preferred_versions"][0] == "17.4"
    parameters = varied.resource("aws_rds_cluster_parameter_group")
    assert parameters["family"] == "aurora-postgresql17"


def test_instances_run_the_version_of_the_cluster(template: Template) -> None:
    cluster = template.resource("aws_rds_cluster")
    instance = template.resource("aws_rds_cluster_instance")
    assert instance["engine_version"] == cluster.ref("engine_version_actual")
    assert instance["cluster_identifier"] == cluster.ref("id")
