"""RDS: listing and deleting."""

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import NOTHING, gone, listed, tags, upper
from tests.unit.harness.checks.fake_aws import FakeAws

TAGS = tags()
GROUPS = {
    "DBSubnetGroups": [{"DBSubnetGroupName": "catalog-pr1", "DBSubnetGroupArn": "arn"}],
}


def test_clusters_and_instances_are_described_with_their_tags_and_groups_are_not() -> None:
    resources = listed(
        {
            "rds.DescribeDBClusters": {
                "DBClusters": [{"DBClusterIdentifier": "catalog-pr1", "TagList": upper(TAGS)}]
            },
            "rds.DescribeDBInstances": {
                "DBInstances": [
                    {
                        "DBInstanceIdentifier": "catalog-pr1-writer",
                        "DBClusterIdentifier": "catalog-pr1",
                        "DBInstanceStatus": "deleting",
                    }
                ]
            },
            "rds.DescribeDBSubnetGroups": GROUPS,
            "rds.ListTagsForResource": {"TagList": upper(TAGS)},
        }
    )

    assert resources == [
        Resource(Kind.DB_INSTANCE, "catalog-pr1-writer", within="catalog-pr1"),
        Resource(Kind.DB_CLUSTER, "catalog-pr1", tags=TAGS),
        Resource(Kind.DB_SUBNET_GROUP, "catalog-pr1", tags=TAGS),
    ]
    assert resources[0].state == "deleting"


def test_the_default_parameter_groups_of_rds_are_not_listed() -> None:
    name = "default.aurora-postgresql16"
    group = {"DBClusterParameterGroupName": name, "DBClusterParameterGroupArn": "arn"}

    assert (
        listed({"rds.DescribeDBClusterParameterGroups": {"DBClusterParameterGroups": [group]}})
        == []
    )


def test_a_group_that_is_deleted_meanwhile_is_left_out() -> None:
    answers = {
        "rds.DescribeDBSubnetGroups": GROUPS,
        "rds.ListTagsForResource": gone("DBSubnetGroupNotFoundFault"),
    }

    assert listed(answers) == []


def test_a_cluster_snapshot_is_named_by_its_cluster() -> None:
    snapshot = {"DBClusterSnapshotIdentifier": "final", "DBClusterIdentifier": "catalog-pr1"}

    assert listed({"rds.DescribeDBClusterSnapshots": {"DBClusterSnapshots": [snapshot]}}) == [
        Resource(Kind.DB_CLUSTER_SNAPSHOT, "final", "catalog-pr1")
    ]


def test_only_manual_snapshots_are_listed() -> None:
    aws = FakeAws.answering(dict(NOTHING))
    take_inventory(Clients(aws), {})

    assert aws.parameters_of("rds.DescribeDBClusterSnapshots") == [{"SnapshotType": "manual"}]
    assert aws.parameters_of("rds.DescribeDBSnapshots") == [{"SnapshotType": "manual"}]
