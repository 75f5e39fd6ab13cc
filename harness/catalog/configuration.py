"""The catalog's configuration of one run: defaults of the target, the user's fields, the run's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.factory import target_type
from stack.config import StackConfig
from stack.errors import ConfigError

# Known to the built-in container engine, and the tag that docker-compose.yml builds.
LOCAL_IMAGE = "catalog-harness/product-catalog-api:latest"


def configure(
    settings: HarnessSettings,
    environment_suffix: str,
    *,
    target: Target | None,
    tags: Mapping[str, str],
    state_path: Path | None,
) -> StackConfig:
    """Return the configuration that the settings describe; see ``StackDefinition.configure``.

    Raises:
        UsageError: A field is unknown or wrong, or contradicts an option.
    """
    given = settings.stack_settings
    own = {
        "environment_suffix": environment_suffix,
        "region": settings.region,
        **_options(settings),
    }
    _require_agreement(given, own)
    defaults = _target_defaults(target) if target else {}
    if state_path is not None and not given.get("state_bucket"):
        defaults["state_path"] = str(state_path)
    config = validated({**defaults, **given, **own})
    for key in sorted(tags.keys() & config.tags.keys()):
        raise UsageError(
            f"--stack-config sets the tag {key}, which is the run's own",
            remedy="leave it out of the file; use --owner and --max-duration",
        )
    return validated({**config.to_mapping(), "tags": {**config.tags, **tags}})


def validated(values: Mapping[str, Any]) -> StackConfig:
    """Return the configuration with these values.

    Raises:
        UsageError: A field is unknown or wrong.
    """
    try:
        return StackConfig.from_mapping(values)
    except ConfigError as error:
        raise UsageError(
            f"the stack's configuration cannot be used: {error}",
            remedy="fix the field in the file that --stack-config names, or the option for it",
        ) from error


def _target_defaults(target: Target) -> dict[str, Any]:
    """Return fields that the user need not set on a target."""
    defaults: dict[str, Any] = {}
    if target.is_emulated:
        defaults["cloudfront_wait_for_deployment"] = False
    if not target.is_account:
        defaults["image"] = LOCAL_IMAGE
    return defaults


def _options(settings: HarnessSettings) -> dict[str, Any]:
    """Return the fields that options set; an emulator's state stays with its run."""
    fields: dict[str, Any] = {"image": settings.image}
    if target_type(settings.target).is_account:
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
                f"--stack-config sets {name} to {given[name]!r}, the value of this run is "
                f"{value!r}",
                remedy=f"leave it out of the file and use --{name.replace('_', '-')}",
            )
