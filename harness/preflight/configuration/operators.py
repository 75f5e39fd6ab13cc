"""The operators of the Terraform language, on known values."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


def calculated(operator_: str, values: list[Any]) -> Any:
    """Return the result of an operator, None if it is not defined for the values."""
    try:
        if operator_ not in ("==", "!="):
            values = [_number(value) for value in values]
        return -values[0] if len(values) == 1 else _BINARY[operator_](*values)
    except (TypeError, ValueError, ArithmeticError):
        return None


def boolean(value: Any) -> bool | None:
    """Return a value as a boolean, None if it is none."""
    if value in ("true", "false"):
        return bool(value == "true")
    return value if isinstance(value, bool) else None


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    number = float(value)
    return int(number) if number.is_integer() else number
