"""How the attributes of a Terraform type describe a resource of AWS."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.checks.framework.description import flattened

_SNAKE = re.compile(r"(?:^|(?<=\.))[a-z][a-z0-9_]*(?=$|[.[])")
# AWS returns the values of attributes as text.
ATTRIBUTES = "Attributes."
_TERRAFORM_ONLY = (
    *("id", "arn_suffix", "timeouts", "region", "hosted_zone_id", "zone_id", "owner_id"),
    *("tags", "tags_all"),  # the checks of the tags compare these
)


@dataclass(frozen=True)
class Described:
    """How one Terraform type describes a kind.

    Attributes:
        kind: The kind of resource.
        names: Attribute -> path or paths of the API; also of a nested one, with all below it.
        key: Identifier of the resource of AWS; attributes in braces are replaced, here and in
            ``place``.
        place: Where its values belong in the description.
        without: Attributes that no response has: arguments of Terraform's own, and values that
            are compared with another resource.
        fixed: Values that the Terraform type itself means.
        only: Whether attributes without a name are left out.
    """

    kind: str
    names: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    key: str = "{id}"
    place: str = ""
    without: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    only: bool = False

    def describe(self, attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield path and value of everything that an instance sets."""
        place = filled(self.place, attributes)
        for path, value in flattened(attributes).items():
            for name in self._paths(path):
                text = name.startswith(ATTRIBUTES)
                yield f"{place}{name}", _text(value) if text else value
        for path, value in self.fixed.items():
            yield f"{place}{path}", value

    def _paths(self, path: str) -> tuple[str, ...]:
        for name in sorted(self.names, key=len, reverse=True):
            if _below(path, name):
                given = self.names[name]
                paths = (given,) if isinstance(given, str) else given
                rest = path[len(name) :]
                return tuple(f"{each}{_pascal(rest)}" for each in paths)
        left_out = self.only or any(_below(path, n) for n in (*_TERRAFORM_ONLY, *self.without))
        return () if left_out else (_pascal(path),)


def _pascal(path: str) -> str:
    """Write Terraform's names in a path as the API does, "health_check" as "HealthCheck"."""
    return _SNAKE.sub(lambda found: found[0].title().replace("_", ""), path)


def _below(path: str, name: str) -> bool:
    return path == name or path.startswith((f"{name}.", f"{name}["))


def filled(template: str, attributes: Mapping[str, Any]) -> str:
    """Return a template with attributes in place of their names in braces."""
    return template.format_map({k: "" if v is None else v for k, v in attributes.items()})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
