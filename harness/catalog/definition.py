"""The definition of the catalog stack."""

from collections.abc import Sequence
from dataclasses import replace

from harness.catalog import configuration, descriptions, names
from harness.catalog.account_needs import account_needs
from harness.catalog.app import APP
from harness.catalog.aurora_version import resolve_aurora_version
from harness.catalog.hourly_usage import hourly_usage
from harness.catalog.tiers import select_tiers, tier_facts
from harness.core.errors import UsageError
from harness.run.stack_definition import EcsService, HourlyUsage, StackConfiguration
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from stack.config import StackConfig
from stack.names import STACK_ID
from stack.outputs import CatalogOutputs
from stack.tiers import Tier


class CatalogDefinition:
    """Implementation of ``StackDefinition`` for the catalog stack; see there."""

    stack_id = STACK_ID
    app = APP
    configure = staticmethod(configuration.configure)
    restore = staticmethod(StackConfig.from_mapping)
    outputs = staticmethod(CatalogOutputs.from_dict)
    state_key = staticmethod(names.state_key)
    facts = staticmethod(tier_facts)
    describe = staticmethod(descriptions.describe)
    physical_names = staticmethod(names.physical_names)
    account_needs = staticmethod(account_needs)

    def predict(self, config: StackConfiguration) -> StackConfig:
        """Assume the preferred Aurora version."""
        catalog = _catalog_config(config)
        if Tier.DATABASE not in catalog.tiers:
            return catalog
        version = catalog.aurora_engine_version or catalog.aurora_preferred_minor
        return replace(catalog, aurora_engine_version=version)

    def resolve(
        self,
        config: StackConfiguration,
        settings: HarnessSettings,
        target: Target,
        timeline: Timeline,
    ) -> StackConfig:
        """Choose the tiers and the Aurora version.

        With ``--skip-preflight`` an exact version is passed to the target unchecked.
        """
        selection = select_tiers(settings, target)
        if selection.left_out:
            timeline.note(f"{target.name} {selection}")
        chosen = configuration.validated({**config.to_mapping(), "tiers": sorted(selection.tiers)})
        pinned = settings.skip_preflight and chosen.aurora_engine_version is not None
        if Tier.DATABASE not in chosen.tiers or pinned:
            return chosen
        version, reason = resolve_aurora_version(
            target.session().client("rds"),
            major=chosen.aurora_engine_major,
            preferred_minor=chosen.aurora_preferred_minor,
            explicit=chosen.aurora_engine_version,
        )
        timeline.observer.note(f"Aurora PostgreSQL {version}: {reason}")
        return replace(chosen, aurora_engine_version=version)

    def require_tiers(self, settings: HarnessSettings, target: Target) -> None:
        """Refuse a target without the tiers that the user requires."""
        select_tiers(settings, target)

    def guard_account(self, settings: HarnessSettings, config: StackConfiguration) -> None:
        """Require an image that AWS can pull."""
        named = settings.image or settings.stack_settings.get("image")
        if named is None and Tier.SERVICE in config.tiers:
            raise UsageError(
                "--image: not given; the target aws has no default image",
                remedy="build the image, push it to ECR and get its URI with `catalog-harness "
                "image publish`",
            )

    def hourly_usage(self, config: StackConfiguration) -> HourlyUsage:
        """Return the items that are billed by the hour."""
        return hourly_usage(_catalog_config(config))

    def ecs_services(self, config: StackConfiguration) -> Sequence[EcsService]:
        """Return the ECS service of the API, if it is deployed."""
        catalog = _catalog_config(config)
        if Tier.SERVICE not in catalog.tiers:
            return ()
        return (EcsService(catalog.ecs_cluster_name, catalog.ecs_service_name),)


def _catalog_config(config: StackConfiguration) -> StackConfig:
    if not isinstance(config, StackConfig):
        raise TypeError(f"not a configuration of the catalog stack: {config!r}")
    return config


CATALOG = CatalogDefinition()
