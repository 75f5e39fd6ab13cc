"""Keeps the meaning of timeouts that a provider with a faster clock counts."""

import re
from collections.abc import Mapping
from typing import Any

# As in https://pkg.go.dev/time#ParseDuration, without the units below a second.
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[hms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([hms])")


def longer_timeouts(config: Mapping[str, Any], factor: int) -> dict[str, Any]:
    """Return overrides that multiply the timeouts of all resources by a factor.

    A block "timeouts" replaces the one of the configuration
    (https://developer.hashicorp.com/terraform/language/files/override).

    Returns:
        Resource type -> name -> the block; without the resources that have no timeouts.
    """
    result: dict[str, Any] = {}
    for kind, resources in config.get("resource", {}).items():
        for name, resource in resources.items():
            if timeouts := resource.get("timeouts"):
                block = timeouts[0] if isinstance(timeouts, list) else timeouts
                longer = {verb: _multiplied(text, factor) for verb, text in block.items()}
                result.setdefault(kind, {})[name] = {"timeouts": longer}
    return result


def _multiplied(text: Any, factor: int) -> Any:
    """Return a duration such as "1h30m", multiplied; anything else unchanged."""
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        return text
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return f"{seconds * factor:.0f}s"
