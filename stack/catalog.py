"""The stack: wires the tiers to one another and declares the outputs."""

from collections.abc import Callable, Iterator
from typing import Any

from stack.bindings import (
    Construct,
    LocalBackend,
    S3Backend,
    TerraformOutput,
    TerraformStack,
    provider,
)
from stack.config import StackConfig
from stack.database import Database
from stack.distribution import Edge
from stack.load_balancer import LoadBalancer
from stack.metrics import (
    Metric,
    database_metrics,
    load_balancer_metrics,
    network_metrics,
    service_metrics,
)
from stack.monitoring import Monitoring
from stack.names import STACK_ID
from stack.network import Network
from stack.roles import Roles
from stack.scaling import Scaling
from stack.secret import Secret
from stack.security_groups import POSTGRESQL_PORT, Firewall
from stack.service import Service
from stack.storage import Storage
from stack.tiers import Tier

# The first with write-only arguments:
# https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
REQUIRED_TERRAFORM = ">= 1.11.0"


class CatalogStack(TerraformStack):
    """The Product Catalog API: the tiers selected in the configuration."""

    def __init__(self, scope: Construct, *, config: StackConfig) -> None:
        super().__init__(scope, STACK_ID)
        self._config = config
        self._configure_terraform()
        self._declare(
            environment_suffix=config.environment_suffix,
            region=config.region,
            tiers=sorted(str(tier) for tier in config.tiers),
        )
        # In the order of their dependencies: each builder uses those before it.
        builders: dict[Tier, Callable[[], None]] = {
            Tier.NETWORK: self._add_network,
            Tier.STORAGE: self._add_storage,
            Tier.SECRET: self._add_secret,
            Tier.ROLES: self._add_roles,
            Tier.DATABASE: self._add_database,
            Tier.LOAD_BALANCER: self._add_load_balancer,
            Tier.SERVICE: self._add_service,
            Tier.EDGE: self._add_edge,
            Tier.SCALING: self._add_scaling,
            Tier.MONITORING: self._add_monitoring,
        }
        for tier, build in builders.items():
            if tier in config.tiers:
                build()

    def _configure_terraform(self) -> None:
        config = self._config
        provider.AwsProvider(
            self,
            "aws",
            region=config.region,
            default_tags=[provider.AwsProviderDefaultTags(tags=_default_tags(config))],
        )
        self.add_override("terraform.required_version", REQUIRED_TERRAFORM)
        if config.state_bucket is None:
            LocalBackend(self, path=config.state_path or f"{STACK_ID}.tfstate")
            return
        S3Backend(
            self,
            bucket=config.state_bucket,
            key=config.state_key,
            region=config.state_bucket_region or config.region,
            encrypt=True,
        )
        if config.state_lock:
            self.add_override("terraform.backend.s3.use_lockfile", True)  # noqa: FBT003

    def _declare(self, **outputs: Any) -> None:
        """Declare outputs; their names are the fields of ``CatalogOutputs``."""
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value)

    def _add_network(self) -> None:
        self._network = Network(self, "network", config=self._config)
        self._firewall = Firewall(
            self, "firewall", config=self._config, vpc_id=self._network.vpc_id
        )
        self._declare(
            vpc_id=self._network.vpc_id,
            public_subnet_ids=self._network.public_subnet_ids,
            private_subnet_ids=self._network.private_subnet_ids,
            alb_security_group_id=self._firewall.alb_security_group_id,
            service_security_group_id=self._firewall.service_security_group_id,
            database_security_group_id=self._firewall.database_security_group_id,
        )

    def _add_storage(self) -> None:
        self._storage = Storage(self, "storage", config=self._config)
        self._declare(
            log_bucket_name=self._storage.log_bucket_name,
            log_group_name=self._storage.log_group_name,
        )

    def _add_secret(self) -> None:
        self._secret = Secret(self, "secret", config=self._config)
        self._declare(secret_arn=self._secret.arn, secret_name=self._secret.name)
        if Tier.DATABASE not in self._config.tiers:
            self._secret.store(host="", port=POSTGRESQL_PORT)

    def _add_roles(self) -> None:
        self._roles = Roles(
            self,
            "roles",
            config=self._config,
            secret_arn=self._secret.arn,
            log_group_arn=self._storage.log_group_arn,
        )
        self._declare(
            execution_role_name=self._roles.execution_role_name,
            task_role_name=self._roles.task_role_name,
        )

    def _add_database(self) -> None:
        self._database = Database(
            self,
            "database",
            config=self._config,
            subnet_ids=self._network.private_subnet_ids,
            security_group_id=self._firewall.database_security_group_id,
            secret=self._secret,
        )
        self._credentials = self._secret.store(
            host=self._database.endpoint, port=self._database.port
        )
        self._declare(
            aurora_cluster_identifier=self._database.cluster_identifier,
            aurora_cluster_arn=self._database.cluster_arn,
            aurora_endpoint=self._database.endpoint,
            aurora_port=self._database.port,
            aurora_database_name=self._config.database_name,
            aurora_engine_version=self._database.engine_version,
        )

    def _add_load_balancer(self) -> None:
        self._load_balancer = LoadBalancer(
            self,
            "load_balancer",
            config=self._config,
            vpc_id=self._network.vpc_id,
            subnet_ids=self._network.public_subnet_ids,
            security_group_id=self._firewall.alb_security_group_id,
            storage=self._storage,
        )
        self._declare(
            alb_arn=self._load_balancer.arn,
            alb_dns_name=self._load_balancer.dns_name,
            listener_arn=self._load_balancer.listener.arn,
            target_group_arn=self._load_balancer.target_group_arn,
        )

    def _add_service(self) -> None:
        self._service = Service(
            self,
            "service",
            config=self._config,
            roles=self._roles,
            load_balancer=self._load_balancer,
            secret_arn=self._secret.arn,
            log_group_name=self._storage.log_group_name,
            subnet_ids=self._network.private_subnet_ids,
            security_group_id=self._firewall.service_security_group_id,
            after=[self._credentials, self._database.writer, *self._network.routes],
        )
        self._declare(
            ecs_cluster_name=self._service.cluster_name,
            ecs_service_name=self._service.service_name,
            task_definition_arn=self._service.task_definition_arn,
        )

    def _add_edge(self) -> None:
        edge = Edge(self, "edge", config=self._config, alb_dns_name=self._load_balancer.dns_name)
        self._declare(
            distribution_id=edge.distribution_id,
            distribution_domain_name=edge.distribution_domain_name,
        )

    def _add_scaling(self) -> None:
        scaling = Scaling(
            self,
            "scaling",
            config=self._config,
            service=self._service,
            load_balancer=self._load_balancer,
        )
        self._declare(scaling_resource_id=scaling.resource_id)

    def _add_monitoring(self) -> None:
        monitoring = Monitoring(
            self,
            "monitoring",
            config=self._config,
            metrics=list(self._metrics()),
        )
        self._declare(alarm_names=monitoring.alarm_names, dashboard_name=monitoring.dashboard_name)

    def _metrics(self) -> Iterator[Metric]:
        """Yield the metrics of the deployed tiers."""
        tiers = self._config.tiers
        yield from network_metrics(self._network)
        if Tier.LOAD_BALANCER in tiers:
            yield from load_balancer_metrics(self._load_balancer)
        if Tier.SERVICE in tiers:
            yield from service_metrics(self._service)
        if Tier.DATABASE in tiers:
            yield from database_metrics(self._database)


def _default_tags(config: StackConfig) -> dict[str, str]:
    """Return the default tags of the provider, applied to every taggable resource."""
    return {
        **config.tags,
        "Project": "product-catalog",
        "EnvironmentSuffix": config.environment_suffix,
        "ManagedBy": "cdktf",
    }
