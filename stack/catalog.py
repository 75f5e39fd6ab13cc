"""The stack: wires the tiers to one another and declares the outputs."""

from collections.abc import Callable

from .bindings import Construct, LocalBackend, S3Backend, TerraformOutput, provider
from .config import StackConfig
from .database import Database
from .distribution import Edge
from .load_balancer import LoadBalancer
from .metrics import metrics_of
from .monitoring import Monitoring
from .names import STACK_ID
from .network import Network
from .part import ConfiguredStack, Part
from .roles import Roles
from .scaling import Scaling
from .secret import Secret
from .security_groups import POSTGRESQL_PORT, Firewall
from .service import Service
from .storage import Storage
from .tiers import Tier

# The first with write-only arguments:
# https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
REQUIRED_TERRAFORM = ">= 1.11.0"


class CatalogStack(ConfiguredStack):
    """The Product Catalog API: the tiers selected in the configuration."""

    def __init__(self, scope: Construct, *, config: StackConfig) -> None:
        super().__init__(scope, STACK_ID, config=config)
        self._configure_terraform()
        for name, value in {
            "environment_suffix": config.environment_suffix,
            "region": config.region,
            "tiers": sorted(config.tiers),
        }.items():
            TerraformOutput(self, name, value=value)
        # In the order of their dependencies: each builder uses those before it.
        builders: dict[Tier, Callable[[], Part]] = {
            Tier.NETWORK: self._add_network,
            Tier.STORAGE: self._add_storage,
            Tier.SECRET: self._add_secret,
            Tier.ROLES: self._add_roles,
            Tier.DATABASE: self._add_database,
            Tier.LOAD_BALANCER: self._add_load_balancer,
            Tier.SERVICE: self._add_service,
            Tier.EDGE: lambda: Edge(self, self._load_balancer),
            Tier.SCALING: lambda: Scaling(self, self._service, self._load_balancer),
            Tier.MONITORING: lambda: Monitoring(
                self, metrics_of({tier: part.dimensions for tier, part in parts.items()})
            ),
        }
        parts: dict[Tier, Part] = {}
        for tier, build in builders.items():
            if tier in config.tiers:
                parts[tier] = build()

    def _configure_terraform(self) -> None:
        config = self.config
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

    def _add_network(self) -> Part:
        self._network = Network(self)
        self._firewall = Firewall(self, self._network)
        return self._network

    def _add_storage(self) -> Part:
        self._storage = Storage(self)
        return self._storage

    def _add_secret(self) -> Part:
        self._secret = Secret(self)
        if Tier.DATABASE not in self.config.tiers:
            self._secret.store(host="", port=POSTGRESQL_PORT)
        return self._secret

    def _add_roles(self) -> Part:
        self._roles = Roles(self, self._secret, self._storage)
        return self._roles

    def _add_database(self) -> Part:
        self._database = Database(self, self._network, self._firewall, self._secret)
        return self._database

    def _add_load_balancer(self) -> Part:
        self._load_balancer = LoadBalancer(self, self._network, self._firewall, self._storage)
        return self._load_balancer

    def _add_service(self) -> Part:
        self._service = Service(
            self,
            network=self._network,
            firewall=self._firewall,
            storage=self._storage,
            secret=self._secret,
            roles=self._roles,
            database=self._database,
            load_balancer=self._load_balancer,
        )
        return self._service


def _default_tags(config: StackConfig) -> dict[str, str]:
    """Return the default tags of the provider, applied to every taggable resource."""
    return {
        **config.tags,
        "Project": "product-catalog",
        "EnvironmentSuffix": config.environment_suffix,
        "ManagedBy": "cdktf",
    }
