"""The configuration of the catalog stack for one run.

In ascending precedence: defaults of the target, fields of ``--stack-config``, options of the run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.factory import target_type
from stack.config import StackConfig
from stack.errors import ConfigError

# An image of the built-in container engine, and the tag that docker-compose.yml builds.
LOCAL_IMAGE = "catalog-harness/product-catalog-api:latest"


def configure(
    settings: HarnessSettings,
    environment_suffix: str,
    *,
    target: Target | None = None,
    tags: Mapping[str, str] | None = None,
    state_path: Path | None = None,
) -> StackConfig:
    """Return the configuration that the settings describe; see ``StackDefinition.configure``.

    Raises:
        UsageError: A field is unknown or invalid, or contradicts an option.
    """
    given = settings.stack_settings
    options = {
        "environment_suffix": environment_suffix,
        "region": settings.region,
        **_option_fields(settings),
    }
    _require_agreement(given, options)
    defaults = _target_defaults(target) if target else {}
    if state_path is not None and not given.get("state_bucket"):
        defaults["state_path"] = str(state_path)
    config = validated({**defaults, **given, **options})
    tags = tags or {}
    for key in sorted(tags.keys() & config.tags.keys()):
        raise UsageError(
            f"--stack-config sets the tag {key}, which is reserved for the run",
            remedy="remove it from the file; use --owner and --max-duration",
        )
    return validated({**config.to_mapping(), "tags": {**config.tags, **tags}})


def validated(values: Mapping[str, Any]) -> StackConfig:
    """Return the configuration with these values.

    Raises:
        UsageError: A field is unknown or invalid.
    """
    try:
        return StackConfig.from_mapping(values)
    except ConfigError as error:
        raise UsageError(
            f"invalid stack configuration: {error}",
            remedy="fix the field in the --stack-config file, or the option that sets it",
        ) from error


def _target_defaults(target: Target) -> dict[str, Any]:
    """Return the fields whose default depends on the target."""
    defaults: dict[str, Any] = {}
    if target.is_emulated:
        defaults["cloudfront_wait_for_deployment"] = False
    if not target.is_account:
        defaults["image"] = LOCAL_IMAGE
    return defaults


def _option_fields(settings: HarnessSettings) -> dict[str, Any]:
    """Return the fields that options set; on an emulator the state is always local."""
    fields: dict[str, Any] = {"image": settings.image}
    if target_type(settings.target).is_account:
        fields |= {
            "state_bucket": settings.state_bucket,
            "state_bucket_region": settings.state_bucket_region,
            "state_lock": settings.state_lock or None,
        }
    return {name: value for name, value in fields.items() if value is not None}


def _require_agreement(given: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if given.get(name, value) != value:
            raise UsageError(
                f"--stack-config sets {name} to {given[name]!r}, the value of this run is "
                f"{value!r}",
                remedy=f"remove it from the file and use --{name.replace('_', '-')}",
            )
