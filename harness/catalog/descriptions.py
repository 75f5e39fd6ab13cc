"""What the configuration says of each resource, in the words of the AWS API.

Terraform's attributes become paths of the responses that describe the resource; most have the
same name. ``descriptions.toml`` has the others.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.checks.framework.description import Descriptions, flattened
from harness.preflight.configuration.functions import as_text

_SNAKE = re.compile(r"(?:^|(?<=\.))[a-z][a-z0-9_]*(?=$|[.[])")
# AWS returns the values of attributes as text.
_ATTRIBUTES = "Attributes."
_TERRAFORM_ONLY = (
    *("id", "arn_suffix", "timeouts", "region", "hosted_zone_id", "zone_id", "owner_id"),
    *("tags", "tags_all"),  # the checks of the tags compare these
)


@dataclass(frozen=True)
class Described:
    """How one Terraform type describes a kind.

    Attributes:
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
    names: Mapping[str, str | list[str]] = field(default_factory=dict)
    key: str = "{id}"
    place: str = ""
    without: Sequence[str] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    only: bool = False

    def describe(self, attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield path and value of everything that an instance sets."""
        place = _filled(self.place, attributes)
        for path, value in flattened(attributes).items():
            for name in self._paths(path):
                yield f"{place}{name}", as_text(value) if name.startswith(_ATTRIBUTES) else value
        for path, value in self.fixed.items():
            yield f"{place}{path}", value

    def _paths(self, path: str) -> list[str]:
        for name in sorted(self.names, key=len, reverse=True):
            if _below(path, name):
                given = self.names[name]
                paths = [given] if isinstance(given, str) else given
                rest = path[len(name) :]
                return [f"{each}{_pascal(rest)}" for each in paths]
        left_out = self.only or any(_below(path, n) for n in (*_TERRAFORM_ONLY, *self.without))
        return [] if left_out else [_pascal(path)]


def _pascal(path: str) -> str:
    """Write Terraform's names in a path as the API does, "health_check" as "HealthCheck"."""
    return _SNAKE.sub(lambda found: found[0].title().replace("_", ""), path)


def _below(path: str, name: str) -> bool:
    return path == name or path.startswith((f"{name}.", f"{name}["))


def _filled(template: str, attributes: Mapping[str, Any]) -> str:
    """Return a template with attributes in place of their names in braces."""
    return template.format_map({k: "" if v is None else v for k, v in attributes.items()})


_TYPES = {
    name: [Described(**table) for table in tables]
    for name, tables in tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    ).items()
}


def describe(state: Iterable[tuple[str, Mapping[str, Any]]]) -> Descriptions:
    """Return the description of each applied resource, given its Terraform type and attributes."""
    described: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for name, attributes in state:
        for each in _TYPES.get(name, ()):
            key = _filled(each.key, attributes)
            described[each.kind][key].update(each.describe(attributes))
    return {kind: dict(resources) for kind, resources in described.items()}
