"""The functions of Terraform that preflight can work out itself."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from harness.preflight.configuration.values import is_known


class Encoded:
    """The result of ``jsonencode``: the value, not yet a string."""

    def __init__(self, value: Any) -> None:
        self.value = value


def as_text(value: Any) -> str:
    """Return a scalar as the text that a template makes of it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scalar(value: Any) -> Any:
    return None if isinstance(value, list | dict | Encoded) else value


def _list(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _concat(*lists: Any) -> list[Any] | None:
    if not all(isinstance(items, list) for items in lists):
        return None
    return [item for items in lists for item in items]


def _join(separator: Any, items: Any) -> str | None:
    if not isinstance(separator, str) or not is_known(items):
        return None
    return separator.join(as_text(item) for item in items)


def _cidrsubnet(prefix: Any, bits: Any, number: Any) -> str | None:
    if not all(is_known(argument) for argument in (prefix, bits, number)):
        return None
    network = ipaddress.ip_network(prefix, strict=False)
    size = 2 ** (network.max_prefixlen - network.prefixlen - int(bits))
    address = network.network_address + int(number) * size
    return str(ipaddress.ip_network(f"{address}/{network.prefixlen + int(bits)}"))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "jsonencode": Encoded,
    "tostring": _scalar,
    "tonumber": _scalar,
    "tobool": _scalar,
    "sensitive": _scalar,
    "nonsensitive": _scalar,
    "tolist": _list,
    "toset": _list,
    "concat": _concat,
    "join": _join,
    "lower": lambda text: text.lower() if isinstance(text, str) else None,
    "upper": lambda text: text.upper() if isinstance(text, str) else None,
    "cidrsubnet": _cidrsubnet,
}
