"""The configuration files of a working directory: the synthesized one and the overrides.

https://developer.hashicorp.com/terraform/language/files/override
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.terraform.provider_clock.timeouts import longer_timeouts

CONFIGURATION = "cdk.tf.json"
OVERRIDES = "harness_override.tf.json"
STATE = "terraform.tfstate"


def overrides(
    config: Mapping[str, Any], provider: Mapping[str, Any], *, clock: int = 1
) -> dict[str, Any]:
    """Return the overrides of a synthesized configuration.

    Terraform merges arguments of an overriding provider block one by one and replaces nested
    blocks by type, so the stack's ``default_tags`` are kept. A local state is moved to the
    working directory; a remote one is unchanged.

    Args:
        provider: Arguments of ``provider "aws"`` for the target.
        clock: How many times as fast the clock of the provider runs; timeouts are multiplied.
    """
    result: dict[str, Any] = {}
    if clock > 1 and (timeouts := longer_timeouts(config, clock)):
        result["resource"] = timeouts
    if _is_local(config):
        result["terraform"] = {"backend": {"local": {"path": STATE}}}
    blocks = _as_list(config.get("provider", {}).get("aws"))
    if provider and blocks:
        result["provider"] = {
            "aws": [
                {**({"alias": block["alias"]} if "alias" in block else {}), **provider}
                for block in blocks
            ]
        }
    return result


def backend(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the backend of a configuration, type -> arguments; empty for none."""
    terraform: Mapping[str, Any] = config.get("terraform", {})
    found: Mapping[str, Any] = terraform.get("backend") or {}
    return found


def has_readable_state(directory: Path, environment: Mapping[str, str]) -> bool:
    """Whether the state of the configuration written to a directory is text in that directory.

    OpenTofu may encrypt it: https://opentofu.org/docs/language/state/encryption/
    """
    config = _read(directory)
    encrypted = "encryption" in config.get("terraform", {}) or "TF_ENCRYPTION" in environment
    return _is_local(config) and not encrypted


def has_one_aws_provider(directory: Path) -> bool:
    """Whether the configuration written to a directory configures the AWS provider once."""
    config = _read(directory)
    blocks = _as_list(config.get("provider", {}).get("aws"))
    return len(blocks) == 1 and "module" not in config  # a module may contain another one


def required_providers(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the required providers of a configuration with full source addresses."""
    found: Mapping[str, Any] = config.get("terraform", {}).get("required_providers", {})
    return {name: {**pin, "source": _source(pin)} for name, pin in found.items()}


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file with mode 0600."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")


def _read(directory: Path) -> dict[str, Any]:
    """Return the configuration in a directory; empty for none."""
    try:
        config: dict[str, Any] = json.loads((directory / CONFIGURATION).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return config


def _is_local(config: Mapping[str, Any]) -> bool:
    return not set(backend(config)) - {"local"}


def _source(pin: Mapping[str, Any]) -> str:
    source: str = pin["source"]
    return source if "/" in source else f"hashicorp/{source}"


def _as_list(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
