"""What the harness needs of a stack: one implementation of ``StackDefinition`` per stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.aws.capability import Capability
from harness.aws.prices import Item
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target


@dataclass(frozen=True)
class StackApp:
    """The cdktf app that synthesizes a stack.

    Attributes:
        module: Python module to run (``python -m``).
        package: Folder of the package that it belongs to.
        not_synthesized: Top-level names in that folder that leave no trace in the configuration.
        config_variable: Environment variable that names the JSON file with the configuration.
        inputs: Environment variables that the configuration replaces.
    """

    module: str
    package: Path
    not_synthesized: frozenset[str]
    config_variable: str
    inputs: frozenset[str]


@dataclass(frozen=True)
class EcsService:
    """An ECS service of a stack, by the names of its cluster and itself."""

    cluster: str
    name: str


@dataclass(frozen=True)
class HourlyUsage:
    """The billable items of a stack without traffic: item -> amount.

    Attributes:
        initial: As deployed.
        maximum: Scaled out as far as the stack allows.
    """

    initial: Mapping[Item, float]
    maximum: Mapping[Item, float]


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
        """S3 bucket of the Terraform state; None keeps it locally."""

    @property
    def state_bucket_region(self) -> str | None:
        """Region of that bucket; None for ``region``."""

    @property
    def state_key(self) -> str:
        """Object key of the Terraform state."""

    def to_mapping(self) -> dict[str, Any]:
        """Return field name -> value in types that JSON has."""


class StackDefinition(Protocol):
    """One stack that the harness deploys.

    Attributes:
        stack_id: Id of the ``TerraformStack`` in its app.
    """

    stack_id: str

    @property
    def app(self) -> StackApp:
        """What synthesizes it."""

    def configure(
        self,
        settings: HarnessSettings,
        environment_suffix: str,
        *,
        target: Target | None = None,
        tags: Mapping[str, str] | None = None,
        state_path: Path | None = None,
    ) -> StackConfiguration:
        """Return the configuration as far as it is known without a request to the target.

        Args:
            settings: The user's settings; ``--stack-config`` takes precedence over the defaults
                of a target.
            environment_suffix: The run's suffix.
            target: Where it will be deployed, if anywhere; need not be started.
            tags: The run's own tags.
            state_path: File for the Terraform state when it is kept locally.

        Raises:
            UsageError: A field is unknown or wrong, or contradicts an option.
        """

    def predict(self, config: StackConfiguration) -> StackConfiguration:
        """Return what ``resolve`` returns on a target with the preferred versions."""

    def resolve(
        self,
        config: StackConfiguration,
        settings: HarnessSettings,
        target: Target,
        timeline: Timeline,
    ) -> StackConfiguration:
        """Return the configuration with the tiers and versions that the target offers.

        Args:
            config: The result of ``configure``.
            settings: The user's settings.
            target: Where it will be deployed; started.
            timeline: Receives notes on what was chosen and why.

        Raises:
            UsageError: The target does not offer what the user requires.
            TargetError: The target does not return what it offers.
        """

    def restore(self, values: Mapping[str, Any]) -> StackConfiguration:
        """Return the configuration that ``to_mapping`` turned into values."""

    def outputs(self, values: Mapping[str, Any]) -> Any:
        """Return the Terraform outputs as a value with one attribute per output."""

    def facts(
        self, config: StackConfiguration, missing: Mapping[Capability, str]
    ) -> Mapping[str, str]:
        """Return facts about a deployment for the report, name -> text.

        Args:
            config: What is deployed.
            missing: What the target lacks.
        """

    def require_tiers(self, settings: HarnessSettings, target: Target) -> None:
        """Refuse a started target without the tiers that the user requires.

        Raises:
            UsageError: A tier is missing, or the target offers none at all.
        """

    def guard_account(self, settings: HarnessSettings, config: StackConfiguration) -> None:
        """Refuse a configuration that cannot be deployed to a real account.

        Raises:
            UsageError: An image is missing, say.
        """

    def hourly_usage(self, config: StackConfiguration) -> HourlyUsage:
        """Return what is billed by the hour."""

    def ecs_services(self, config: StackConfiguration) -> Sequence[EcsService]:
        """Return the ECS services that a deployment waits for."""

    def state_key(self, environment_suffix: str) -> str:
        """Return the object key of the Terraform state of a suffix."""
