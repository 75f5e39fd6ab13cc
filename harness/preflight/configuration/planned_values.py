"""The arguments of a planned resource: what is known, and what the rest refers to."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from harness.preflight.configuration.values import Reference, Unknown


class PlannedValues:
    """Works out what a plan says of one argument after another.

    Args:
        addresses: Addresses of the planned resources.
    """

    def __init__(self, addresses: Set[str]) -> None:
        self._addresses = addresses

    def arguments(
        self, values: Mapping[str, Any], unknown: Any, expressions: Mapping[str, Any], module: str
    ) -> dict[str, Any]:
        """Return planned arguments, with Unknown put where the plan says so.

        Args:
            values: What is known of them.
            unknown: The plan's ``after_unknown`` for the resource.
            expressions: What the configuration says, with the references in it.
            module: Module part of the resource's address, which references are relative to.
        """
        merged = self._merge(_as_written(values, expressions), unknown, expressions, module)
        return merged if isinstance(merged, dict) else {}

    def references(self, expressions: Any, module: str) -> frozenset[str]:
        """Return the addresses of planned resources that expressions refer to."""
        located = {self._locate(name, module)[0] for name in _all_references(expressions)}
        return frozenset(located - {""})

    def _merge(self, value: Any, unknown: Any, expression: Any, module: str) -> Any:
        if unknown is True:
            return self._unknown(expression, module)
        if isinstance(unknown, dict):
            inner = expression if isinstance(expression, dict) else {}
            merged = dict(value) if isinstance(value, dict) else {}
            for key, mark in unknown.items():
                merged[key] = self._merge(merged.get(key), mark, inner.get(key), module)
            return merged
        if isinstance(unknown, list):
            values = value if isinstance(value, list) else []
            inner_list = expression if isinstance(expression, list) else []
            padded = [*values, *[None] * (len(unknown) - len(values))]
            return [
                self._merge(item, _at(unknown, index), _at(inner_list, index), module)
                for index, item in enumerate(padded)
            ]
        return value

    def _unknown(self, expression: Any, module: str) -> Unknown:
        names = list(_all_references(expression))
        located = {name: self._locate(name, module) for name in names}
        found = [
            Reference(name, address=address, path=path)
            for name, (address, path) in located.items()
            if address and not _is_prefix(name, names)
        ]
        others = [name for name in names if not located[name][0]]
        if len(found) == 1 and not others:
            return found[0]
        return Unknown(references=tuple(found))

    def _locate(self, name: str, module: str) -> tuple[str, tuple[str | int, ...]]:
        """Split a reference into the address of a planned resource and the rest."""
        head, rest = f"{module}{name}", ()
        path: tuple[str | int, ...] = rest
        while head:
            if head in self._addresses:
                return head, path
            head, dot, step = head.rpartition(".")
            path = (step, *path) if dot else path
        return "", ()


def _as_written(value: Any, expressions: Any) -> Any:
    """Return planned values with the provider's empty defaults taken back to "not given".

    The lifecycle rules of a bucket, for one, are planned with ``prefix = ""`` where the
    configuration has no prefix at all.
    """
    if isinstance(value, dict) and isinstance(expressions, dict):
        return {
            name: None
            if item == "" and name not in expressions
            else _as_written(item, expressions.get(name))
            for name, item in value.items()
        }
    aligned = isinstance(value, list) and isinstance(expressions, list)
    if aligned and len(value) == len(expressions):
        return [_as_written(v, e) for v, e in zip(value, expressions, strict=True)]
    return value


def _all_references(expression: Any) -> Iterator[str]:
    if isinstance(expression, dict):
        names = expression.get("references")
        if isinstance(names, list):
            yield from (name for name in names if isinstance(name, str))
        for inner in expression.values():
            yield from _all_references(inner) if not isinstance(inner, str) else ()
    elif isinstance(expression, list):
        for inner in expression:
            yield from _all_references(inner)


def _is_prefix(name: str, names: list[str]) -> bool:
    return any(other.startswith((f"{name}.", f"{name}[")) for other in names)


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None
