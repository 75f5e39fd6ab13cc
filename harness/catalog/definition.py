"""The definition of the catalog stack."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import stack
from harness.aws.capability import Capability
from harness.catalog.aurora_version import resolve_aurora_version
from harness.catalog.configuration import configure, validated
from harness.catalog.cost import hourly_usage
from harness.catalog.tiers import select_tiers, tier_facts
from harness.core.errors import UsageError
from harness.run.stack_definition import EcsService, HourlyUsage, StackApp, StackConfiguration
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from stack.config import StackConfig
from stack.names import STACK_ID
from stack.outputs import CatalogOutputs
from stack.tiers import Tier


class CatalogDefinition:
    """Implements ``StackDefinition`` for the catalog; see there."""

    stack_id = STACK_ID

    @cached_property
    def app(self) -> StackApp:
        """The stack's app; the API is what the tasks run, and no part of the configuration."""
        return StackApp(
            module="stack.app",
            package=Path(inspect.getfile(stack)).resolve().parent,
            not_synthesized=frozenset({"api"}),
            config_variable="CATALOG_STACK_CONFIG",
            inputs=frozenset(
                {
                    "AWS_REGION",
                    "ENVIRONMENT_SUFFIX",
                    "TERRAFORM_STATE_BUCKET",
                    "TERRAFORM_STATE_BUCKET_REGION",
                }
            ),
        )

    def configure(
        self,
        settings: HarnessSettings,
        environment_suffix: str,
        *,
        target: Target | None = None,
        tags: Mapping[str, str] | None = None,
        state_path: Path | None = None,
    ) -> StackConfig:
        """Combine the defaults of the target, the user's fields and the run's own."""
        return configure(
            settings, environment_suffix, target=target, tags=tags or {}, state_path=state_path
        )

    def predict(self, config: StackConfiguration) -> StackConfig:
        """Take the preferred Aurora version."""
        known = _catalog(config)
        if Tier.DATABASE not in known.tiers:
            return known
        version = known.aurora_engine_version or known.aurora_preferred_minor
        return replace(known, aurora_engine_version=version)

    def resolve(
        self,
        config: StackConfiguration,
        settings: HarnessSettings,
        target: Target,
        timeline: Timeline,
    ) -> StackConfig:
        """Choose tiers and the Aurora version.

        Without preflight, an exact version goes to the target as it is.
        """
        selection = select_tiers(settings, target)
        if selection.left_out:
            timeline.note(f"{target.name} {selection}")
        chosen = validated({**config.to_mapping(), "tiers": sorted(selection.tiers)})
        pinned = settings.skip_preflight and chosen.aurora_engine_version is not None
        if Tier.DATABASE not in chosen.tiers or pinned:
            return chosen
        version = resolve_aurora_version(
            target.session().client("rds"),
            major=chosen.aurora_engine_major,
            preferred_minor=chosen.aurora_preferred_minor,
            explicit=chosen.aurora_engine_version,
        )
        timeline.observer.note(f"Aurora PostgreSQL {version.version}: {version.reason}")
        return replace(chosen, aurora_engine_version=version.version)

    def restore(self, values: Mapping[str, Any]) -> StackConfig:
        """Return the configuration of a record."""
        return StackConfig.from_mapping(values)

    def outputs(self, values: Mapping[str, Any]) -> CatalogOutputs:
        """Return the typed outputs."""
        return CatalogOutputs.from_dict(values)

    def facts(
        self, config: StackConfiguration, missing: Mapping[Capability, str]
    ) -> Mapping[str, str]:
        """Return the tiers of a deployment without all of them."""
        return tier_facts(config.tiers, missing)

    def require_tiers(self, settings: HarnessSettings, target: Target) -> None:
        """Refuse a target without the tiers that the user requires."""
        select_tiers(settings, target)

    def guard_account(self, settings: HarnessSettings, config: StackConfiguration) -> None:
        """Require an image that AWS can pull."""
        named = settings.image or settings.stack_settings.get("image")
        if named is None and Tier.SERVICE in config.tiers:
            raise UsageError(
                "--image: not given, and AWS has no default image of the API",
                remedy="`catalog-harness image publish` builds it, pushes it to ECR and prints "
                "its URI",
            )

    def hourly_usage(self, config: StackConfiguration) -> HourlyUsage:
        """Return what is billed by the hour."""
        return hourly_usage(_catalog(config))

    def ecs_services(self, config: StackConfiguration) -> Sequence[EcsService]:
        """Return the service of the API."""
        known = _catalog(config)
        return (EcsService(known.ecs_cluster_name, known.ecs_service_name),)

    def state_key(self, environment_suffix: str) -> str:
        """Return the object key of the Terraform state of a suffix."""
        return StackConfig(environment_suffix=environment_suffix).state_key


def _catalog(config: StackConfiguration) -> StackConfig:
    if not isinstance(config, StackConfig):
        raise TypeError(f"not a configuration of the catalog stack: {config!r}")
    return config


CATALOG = CatalogDefinition()
