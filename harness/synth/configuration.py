"""The stack's configuration of one run: the target's wishes, the user's, the run's own."""

from collections.abc import Collection, Mapping
from typing import Any

from harness.core.errors import UsageError
from harness.run.run import Run
from harness.settings.settings import HarnessSettings
from harness.synth.aurora_version import resolve_aurora_version
from harness.synth.tiers import select_tiers
from harness.targets.base import Target
from stack.config import StackConfig
from stack.errors import ConfigError
from stack.tiers import Tier


def stack_config_for(run: Run, target: Target) -> StackConfig:
    """Return the configuration to deploy: tiers and a database version that the target offers.

    What the user's ``--stack-config`` says wins over what the target wishes. Without
    preflight, an exact database version goes to the target as it is.

    Raises:
        UsageError: A field is unknown or wrong, or tiers or the database version that were
            asked for are not offered.
        TargetError: The target does not say which versions it offers.
    """
    selection = select_tiers(run.settings, target)
    if selection.left_out:
        run.timeline.note(f"{target.name} {selection}")
    config = planned_config(run, target, tiers=selection.tiers)
    if Tier.DATABASE not in config.tiers or _is_pinned_unasked(run, config):
        return config
    chosen = resolve_aurora_version(
        target.session().client("rds"),
        major=config.aurora_engine_major,
        preferred_minor=config.aurora_preferred_minor,
        explicit=config.aurora_engine_version,
    )
    run.timeline.observer.note(f"Aurora PostgreSQL {chosen.version}: {chosen.reason}")
    return _config({**config.to_mapping(), "aurora_engine_version": chosen.version})


def planned_config(
    run: Run, target: Target, *, tiers: Collection[str] | None = None
) -> StackConfig:
    """Return the configuration as far as it is known without asking the target.

    Args:
        run: The run; its tags go on every resource.
        target: Where it deploys; need not be started.
        tiers: What it offers of the stack; None where that is not known yet.

    Raises:
        UsageError: A field is unknown or wrong, or contradicts an option.
    """
    offered = {} if tiers is None else {"tiers": sorted(tiers)}
    wishes = {**target.stack_settings(), **offered}
    config = configured(run.settings, run.environment_suffix, wishes=wishes)
    own = run.tags.to_mapping()
    for key in sorted(own.keys() & config.tags.keys()):
        raise UsageError(
            f"--stack-config sets the tag {key}, which is the run's own",
            remedy="leave it out of the file; --owner and --max-duration say what it says",
        )
    return _config({**config.to_mapping(), "tags": {**config.tags, **own}})


def _is_pinned_unasked(run: Run, config: StackConfig) -> bool:
    return run.settings.skip_preflight and config.aurora_engine_version is not None


def configured(
    settings: HarnessSettings, environment_suffix: str, *, wishes: Mapping[str, Any]
) -> StackConfig:
    """Return the configuration that the settings describe, without asking a target.

    Args:
        settings: What the user set.
        environment_suffix: The run's suffix.
        wishes: Fields for which the user's file has no value.

    Raises:
        UsageError: A field is unknown or wrong, or contradicts an option.
    """
    own = {
        "environment_suffix": environment_suffix,
        "region": settings.region,
        **_options(settings),
    }
    _require_agreement(settings.stack_settings, own)
    return _config({**wishes, **settings.stack_settings, **own})


def _options(settings: HarnessSettings) -> dict[str, Any]:
    """Return the fields that options set; an emulator's state stays with its run."""
    fields: dict[str, Any] = {"image": settings.image}
    if settings.target == "aws":
        fields |= {
            "state_bucket": settings.state_bucket,
            "state_bucket_region": settings.state_bucket_region,
            "state_lock": settings.state_lock or None,
        }
    return {name: value for name, value in fields.items() if value is not None}


def _require_agreement(given: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    for name, value in own.items():
        if given.get(name, value) != value:
            raise UsageError(
                f"--stack-config says {name} {given[name]!r}, this run's is {value!r}",
                remedy=f"leave it out of the file and use --{name.replace('_', '-')}",
            )


def _config(values: Mapping[str, Any]) -> StackConfig:
    try:
        return StackConfig.from_mapping(values)
    except ConfigError as error:
        raise UsageError(
            f"the stack's configuration cannot be used: {error}",
            remedy="mend the field in the file that --stack-config names, or the option for it",
        ) from error
