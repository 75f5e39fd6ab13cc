"""The configuration of a deployment: its fields, checked on construction."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, get_type_hints

from .config_validation import check
from .conversion import plain, typed
from .errors import ConfigError
from .fields import StackFields


@dataclass(frozen=True, kw_only=True)
class StackConfig(StackFields):
    """A valid configuration; see ``StackFields`` for the fields.

    Raises:
        ConfigError: A field has the wrong type or a value that AWS rejects.
    """

    def __post_init__(self) -> None:
        hints = get_type_hints(StackConfig)
        for name in (entry.name for entry in fields(self)):
            object.__setattr__(self, name, typed(name, getattr(self, name), hints[name]))
        object.__setattr__(self, "tags", MappingProxyType(dict(self.tags)))
        check(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "StackConfig":
        """Build from field name -> value, as JSON gives the values (lists for tuples and sets).

        Raises:
            ConfigError: A name is no field, a field without default is missing, or a value
                is invalid.
        """
        known = [entry.name for entry in fields(cls)]
        for name in values:
            if name not in known:
                raise ConfigError(
                    name, values[name], f"no such field; the fields are {', '.join(known)}"
                )
        if "environment_suffix" not in values:
            raise ConfigError("environment_suffix", None, "give one, such as 'pr123-7f3a'")
        return cls(**values)

    def to_mapping(self) -> dict[str, Any]:
        """Return field name -> JSON-compatible value; the inverse of ``from_mapping``."""
        return {entry.name: plain(getattr(self, entry.name)) for entry in fields(self)}
