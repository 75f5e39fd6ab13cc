"""The interface between the harness and a stack: ``StackDefinition``, implemented per stack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness.aws.capability import Capability
from harness.aws.fallback_prices import Item
from harness.aws.resources.resource import Kind
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target


@dataclass(frozen=True)
class StackApp:
    """The cdktf app that synthesizes a stack.

    Attributes:
        not_synthesized: Top-level names in that folder that are no input of the synth.
        config_variable: Environment variable with the path of the JSON configuration file.
        inputs: Environment variables of the app that the configuration replaces.
        copied: Fields whose texts are only copied into its output, as a whole: a result with
            other texts of the same lengths differs in them alone.
    """

    module: str
    package: Path
    not_synthesized: frozenset[str]
    config_variable: str
    inputs: frozenset[str]
    copied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class EcsService:
    """An ECS service of a stack: the names of its cluster and of the service."""

    cluster: str
    name: str


@dataclass(frozen=True)
class HourlyUsage:
    """Billable items of a stack, at first and at its maximum scale, without traffic -> amount."""

    initial: Mapping[Item, float]
    maximum: Mapping[Item, float]


@dataclass(frozen=True)
class AccountNeeds:
    """What a deployment needs in an account.

    Attributes:
        statements: Statements of an IAM policy with the permissions of the caller.
        service_linked_roles: Name of a role -> the AWS service that acts with it.
    """

    statements: Sequence[Mapping[str, Any]] = ()
    service_linked_roles: Mapping[str, str] = field(default_factory=dict)


class StackConfiguration(Protocol):
    """The configuration of one deployment."""

    @property
    def environment_suffix(self) -> str:
        """Environment suffix of the run."""

    @property
    def region(self) -> str:
        """AWS region."""

    @property
    def tiers(self) -> frozenset[str]:
        """The tiers that are deployed."""

    @property
    def state_bucket(self) -> str | None:
        """S3 bucket of the Terraform state; None: a local state."""

    @property
    def state_bucket_region(self) -> str | None:
        """Region of the state bucket; None: ``region``."""

    @property
    def state_key(self) -> str:
        """Object key of the Terraform state."""

    def to_mapping(self) -> dict[str, Any]:
        """Return field name -> value, in JSON types."""


class StackOutputs(Protocol):
    """The Terraform outputs that checks read; None or empty where the tier is not deployed.

    Subnets are one per zone.
    """

    vpc_id: str | None
    public_subnet_ids: tuple[str, ...]
    private_subnet_ids: tuple[str, ...]
    alb_security_group_id: str | None
    service_security_group_id: str | None
    database_security_group_id: str | None
    log_bucket_name: str | None
    aurora_cluster_arn: str | None
    secret_arn: str | None
    distribution_id: str | None


class StackDefinition(Protocol):
    """A stack that the harness deploys: the ``TerraformStack`` with the id in its app."""

    stack_id: str

    @property
    def app(self) -> StackApp:
        """The cdktf app that synthesizes it."""

    def configure(
        self,
        settings: HarnessSettings,
        environment_suffix: str,
        *,
        target: Target | None = None,
        tags: Mapping[str, str] | None = None,
        state_path: Path | None = None,
    ) -> StackConfiguration:
        """Return the configuration before any request to the target.

        Args:
            settings: The user's settings; ``--stack-config`` takes precedence over the defaults
                of a target.
            target: Where it will be deployed, if anywhere; need not be started.
            state_path: File for a local Terraform state.

        Raises:
            UsageError: A field is unknown or invalid, or contradicts an option.
        """

    def predict(self, config: StackConfiguration) -> StackConfiguration:
        """Return the result of ``resolve`` for a target that offers the preferred versions."""

    def resolve(
        self,
        config: StackConfiguration,
        settings: HarnessSettings,
        target: Target,
        timeline: Timeline,
    ) -> StackConfiguration:
        """Return the configuration with the tiers and versions that the target offers.

        Args:
            target: Where it will be deployed; started.
            timeline: Receives notes on the choices and their reasons.

        Raises:
            UsageError: The target does not offer what the user requires.
            TargetError: A request to the target failed.
        """

    def restore(self, values: Mapping[str, Any]) -> StackConfiguration:
        """Return the configuration with the values of ``to_mapping``."""

    def outputs(self, values: Mapping[str, Any]) -> Any:
        """Return the Terraform outputs as a dataclass with one field per output.

        It has at least the attributes of ``StackOutputs``.
        """

    def describe(
        self, state: Iterable[tuple[str, Mapping[str, Any]]]
    ) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """Return what the configuration says of each resource: kind -> identifier -> description.

        Args:
            state: Terraform type and attributes of each resource, as applied.
        """

    def facts(
        self, config: StackConfiguration, missing: Mapping[Capability, str]
    ) -> Mapping[str, str]:
        """Return facts for the report, name -> text; ``missing`` is capability -> reason."""

    def require_tiers(self, settings: HarnessSettings, target: Target) -> None:
        """Refuse a started target that does not offer the tiers that the user requires.

        Raises:
            UsageError: A tier is not offered, or none at all.
        """

    def guard_account(self, settings: HarnessSettings, config: StackConfiguration) -> None:
        """Refuse a configuration that cannot be deployed to a real account.

        Raises:
            UsageError: A required field is missing, such as the image.
        """

    def account_needs(self, config: StackConfiguration, account: str) -> AccountNeeds:
        """Return what a configuration needs in the account with this id."""

    def hourly_usage(self, config: StackConfiguration) -> HourlyUsage:
        """Return the items that are billed by the hour."""

    def ecs_services(self, config: StackConfiguration) -> Sequence[EcsService]:
        """Return the ECS services whose stability a deployment waits for."""

    def physical_names(self, environment_suffix: str, region: str) -> Mapping[Kind, frozenset[str]]:
        """Return the exact names that any configuration gives its resources, by kind."""

    def state_key(self, environment_suffix: str) -> str:
        """Return the object key of the Terraform state of a suffix."""
