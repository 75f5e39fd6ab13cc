"""The database: Aurora PostgreSQL, serverless v2, reached over TLS only."""

from .bindings import (
    data_aws_rds_engine_version,
    db_subnet_group,
    rds_cluster,
    rds_cluster_instance,
    rds_cluster_parameter_group,
)
from .network import Network
from .part import ConfiguredStack, Part
from .secret import Secret
from .security_groups import POSTGRESQL_PORT, Firewall

ENGINE = "aurora-postgresql"
NEWEST_MINOR = 40


class Database(Part):
    """An Aurora cluster with one writer and, if configured, readers.

    Attributes:
        credentials: Version of the secret with the endpoint in it.
        writer: The writer; the cluster accepts no connection before it exists.
    """

    def __init__(
        self, stack: ConfiguredStack, network: Network, firewall: Firewall, secret: Secret
    ) -> None:
        super().__init__(stack, "database")
        config = stack.config
        self._cluster = rds_cluster.RdsCluster(
            self,
            "cluster",
            cluster_identifier=config.aurora_cluster_identifier,
            engine=ENGINE,
            engine_mode="provisioned",
            engine_version=self._engine_version(),
            database_name=config.database_name,
            port=POSTGRESQL_PORT,
            master_username=config.master_username,
            master_password_wo=secret.password,
            master_password_wo_version=secret.password_version,
            db_subnet_group_name=self._subnet_group(network.private_subnet_ids),
            db_cluster_parameter_group_name=self._parameter_group(),
            vpc_security_group_ids=[firewall.database_security_group_id],
            serverlessv2_scaling_configuration=rds_cluster.RdsClusterServerlessv2ScalingConfiguration(
                min_capacity=config.aurora_min_capacity, max_capacity=config.aurora_max_capacity
            ),
            storage_encrypted=True,
            enable_http_endpoint=True,
            backup_retention_period=1,
            copy_tags_to_snapshot=True,
            skip_final_snapshot=True,
            deletion_protection=False,
            apply_immediately=True,
        )
        self.dimensions = [{"DBClusterIdentifier": self._cluster.cluster_identifier}]
        self.credentials = secret.store(host=self._cluster.endpoint, port=POSTGRESQL_PORT)
        self._declare(
            aurora_cluster_identifier=self._cluster.cluster_identifier,
            aurora_cluster_arn=self._cluster.arn,
            aurora_endpoint=self._cluster.endpoint,
            aurora_port=POSTGRESQL_PORT,
            aurora_database_name=config.database_name,
            aurora_engine_version=self._cluster.engine_version_actual,
        )
        self.writer = self._instance("writer", promotion_tier=0)
        for index in range(config.aurora_reader_count):
            self._instance(f"reader-{index}", promotion_tier=1)

    def _engine_version(self) -> str:
        """Return the version, or the expression of a data source that queries the target.

        The order is the preferred version, then the newest of the major: never a pinned
        minor that AWS has retired since, never one of the ``-limitless`` variants.
        """
        if self._config.aurora_engine_version is not None:
            return self._config.aurora_engine_version
        major = self._config.aurora_engine_major
        newest_first = [f"{major}.{minor}" for minor in range(NEWEST_MINOR, 0, -1)]
        preferred = self._config.aurora_preferred_minor
        return data_aws_rds_engine_version.DataAwsRdsEngineVersion(
            self,
            "engine_version",
            engine=ENGINE,
            preferred_versions=list(dict.fromkeys([preferred, *newest_first])),
        ).version_actual

    def _subnet_group(self, subnet_ids: list[str]) -> str:
        return db_subnet_group.DbSubnetGroup(
            self,
            "subnets",
            name=self._config.database_subnet_group_name,
            description="Private subnets of the catalog database",
            subnet_ids=subnet_ids,
        ).name

    def _parameter_group(self) -> str:
        """Require TLS for every connection to PostgreSQL.

        https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html
        """
        return rds_cluster_parameter_group.RdsClusterParameterGroup(
            self,
            "parameters",
            name=self._config.database_parameter_group_name,
            family=f"{ENGINE}{self._config.aurora_engine_major}",
            description="Catalog database: TLS only",
            parameter=[
                rds_cluster_parameter_group.RdsClusterParameterGroupParameter(
                    name="rds.force_ssl", value="1"
                )
            ],
        ).name

    def _instance(
        self, role: str, *, promotion_tier: int
    ) -> rds_cluster_instance.RdsClusterInstance:
        return rds_cluster_instance.RdsClusterInstance(
            self,
            role.replace("-", "_"),
            identifier=self._config.aurora_instance_identifier(role),
            cluster_identifier=self._cluster.id,
            instance_class="db.serverless",
            engine=ENGINE,
            engine_version=self._cluster.engine_version_actual,
            promotion_tier=promotion_tier,
            publicly_accessible=False,
            auto_minor_version_upgrade=False,
            apply_immediately=True,
        )
