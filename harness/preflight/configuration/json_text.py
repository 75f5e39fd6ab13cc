"""Parse JSON text that nobody vouches for: limits on nesting, no constants beyond JSON."""

import json
from typing import Any, NoReturn

MAX_DEPTH = 50
"""Nesting that is accepted; real configurations stay under 20."""


def parse_json(text: str) -> Any:
    """Parse JSON text.

    An object that repeats a name keeps every value, as a list: Terraform JSON allows the same
    block name twice (https://developer.hashicorp.com/terraform/language/syntax/json).

    Raises:
        ValueError: It is not JSON, or nested deeper than ``MAX_DEPTH``.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels") from None
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for name, value in pairs:
        if name in result:
            earlier = result[name]
            value = [*_as_list(earlier), *_as_list(value)]  # noqa: PLW2901 - the merged value
        result[name] = value
    return result


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = (
            [
                item
                for container in level
                for item in (container.values() if isinstance(container, dict) else container)
                if isinstance(item, dict | list)
            ]
            if isinstance(value, dict | list)
            else []
        )
        if not level:
            return
    raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
