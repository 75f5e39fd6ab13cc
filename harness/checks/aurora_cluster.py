"""The Aurora cluster as RDS describes it."""

from typing import TYPE_CHECKING

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal, one
from harness.checks.resources import aurora_cluster
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_rds.type_defs import DBClusterTypeDef

__all__ = ["AuroraCluster"]

_RDS = (Capability.RDS,)


class AuroraCluster(ServiceChecks):
    """Checks of the cluster's configuration."""

    service = "aurora"
    tier = Tier.DATABASE

    @check(
        "the cluster is serverless and encrypted, and its Data API is on",
        plane=Plane.CONTROL,
        requires=_RDS,
    )
    def cluster(self) -> str:
        """Wait until it is available, and compare its settings."""
        config = self.context.config
        cluster = self.context.eventually(
            self.described,
            what="an available cluster",
            ready=lambda seen: seen["Status"] == "available",
        )
        scaling = cluster.get("ServerlessV2ScalingConfiguration", {})
        seen = {
            "engine": cluster["Engine"],
            "major version": cluster["EngineVersion"].split(".")[0],
            "database": cluster.get("DatabaseName"),
            "owner": cluster.get("MasterUsername"),
            "encrypted": cluster.get("StorageEncrypted"),
            "HTTP endpoint": cluster.get("HttpEndpointEnabled"),
            "capacity": (scaling.get("MinCapacity"), scaling.get("MaxCapacity")),
            "security groups": [g["VpcSecurityGroupId"] for g in cluster["VpcSecurityGroups"]],
        }
        wanted = {
            "engine": "aurora-postgresql",
            "major version": str(config.aurora_engine_major),
            "database": config.database_name,
            "owner": config.master_username,
            "encrypted": True,
            "HTTP endpoint": True,
            "capacity": (config.aurora_min_capacity, config.aurora_max_capacity),
            "security groups": [self.context.outputs.database_security_group_id],
        }
        expect_equal("cluster", seen, wanted)
        return f"Aurora PostgreSQL {cluster['EngineVersion']}, encrypted, HTTP endpoint on"

    @check(
        "the cluster has one writer and the wanted readers, none of them public",
        plane=Plane.CONTROL,
        requires=_RDS,
    )
    def instances(self) -> str:
        """Look at each member of the cluster."""
        members = self.described()["DBClusterMembers"]
        writers = [m["DBInstanceIdentifier"] for m in members if m["IsClusterWriter"]]
        expect(len(writers) == 1, "one writer", writers)
        wanted = self.context.config.aurora_reader_count
        expect_equal("number of readers", len(members) - 1, wanted)
        for member in members:
            self._instance(member["DBInstanceIdentifier"])
        return f"writer {writers[0]}, {wanted} readers, none public"

    def _instance(self, identifier: str) -> None:
        rds = self.context.clients.rds
        answer = rds.describe_db_instances(DBInstanceIdentifier=identifier)
        instance = one(answer["DBInstances"], f"instance {identifier}")
        seen = {
            "status": instance["DBInstanceStatus"],
            "class": instance["DBInstanceClass"],
            "public": instance["PubliclyAccessible"],
        }
        wanted = {"status": "available", "class": "db.serverless", "public": False}
        expect_equal(f"instance {identifier}", seen, wanted)

    @check("the parameter group forces TLS", plane=Plane.CONTROL, requires=_RDS)
    def forces_tls(self) -> str:
        """Read rds.force_ssl of the parameter group that the cluster uses."""
        name = self.context.config.database_parameter_group_name
        expect_equal("parameter group", self.described().get("DBClusterParameterGroup"), name)
        pages = self.context.clients.rds.get_paginator("describe_db_cluster_parameters").paginate(
            DBClusterParameterGroupName=name
        )
        values = {
            parameter["ParameterName"]: parameter.get("ParameterValue")
            for page in pages
            for parameter in page["Parameters"]
        }
        expect_equal("rds.force_ssl", values.get("rds.force_ssl"), "1")
        return f"rds.force_ssl=1 in {name}"

    @check(
        "the cluster is in the private subnets",
        plane=Plane.CONTROL,
        requires=_RDS,
    )
    def private_subnets(self) -> str:
        """Compare the subnets of the subnet group that the cluster uses."""
        config, rds = self.context.config, self.context.clients.rds
        name = config.database_subnet_group_name
        expect_equal("subnet group", self.described().get("DBSubnetGroup"), name)
        answer = rds.describe_db_subnet_groups(DBSubnetGroupName=name)
        group = one(answer["DBSubnetGroups"], f"subnet group {name}")
        seen = {subnet["SubnetIdentifier"] for subnet in group["Subnets"]}
        expect_equal("subnets", seen, set(self.context.outputs.private_subnet_ids))
        return f"{len(seen)} private subnets"

    def described(self) -> "DBClusterTypeDef":
        """Return the cluster as RDS describes it now."""
        return aurora_cluster(self.context)
