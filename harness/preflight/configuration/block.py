"""Arguments of a block: typed access to raw Terraform JSON."""

import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from harness.core.errors import UsageError
from harness.preflight.configuration.documents import parse_document
from harness.preflight.configuration.evaluate import dynamic_blocks, evaluate, iterated
from harness.preflight.configuration.functions import as_text
from harness.preflight.configuration.scope import Bindings, Scope
from harness.preflight.configuration.values import Encoded, Unknown, as_list, is_known

_Function = TypeVar("_Function", bound=Callable[..., Any])
_ALIAS = re.compile(r"aws_alb(?=_|$)")
_NOT_KNOWN = Unknown()
_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}


class PreflightInputError(UsageError):
    """A file is not Terraform JSON that preflight can read, or has a value of a wrong type."""


def computed_once(function: _Function) -> _Function:
    """Make a function of a block keep its result for each block and other arguments."""

    @wraps(function)
    def compute(block: "Block", *arguments: object) -> Any:
        key = (function, *arguments)
        if (found := block.computed.get(key, compute)) is compute:
            found = block.computed[key] = function(block, *arguments)
        return found

    return cast(_Function, compute)


class Block:
    """The arguments of a resource, of a nested block, or of an object in a JSON document.

    Args:
        raw: Argument name -> raw value.
        address: Address for messages: ``aws_lb.this.access_logs[0]``.
        evaluated: Whether the values are evaluated, as those in a ``document`` are.

    Raises:
        PreflightInputError: A value that is asked for is not of the kind that the method returns.
    """

    def __init__(
        self, raw: Mapping[str, Any], *, address: str, scope: Scope, evaluated: bool = False
    ) -> None:
        self.raw = raw
        self.address = address
        self._scope = scope
        self._evaluated = evaluated
        self._values: Any = (raw, raw) if evaluated else ({}, {})  # unresolved, resolved
        self.computed: dict[object, Any] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.raw

    def value(self, name: str) -> Any:
        """Return the evaluated argument, None if absent, Unknown if not known before apply."""
        return self._value(name, resolve=True) if name in self.raw else None

    def unresolved(self, name: str) -> Any:
        """Return the argument with references as ``Reference``."""
        return self._value(name, resolve=False) if name in self.raw else None

    def absent(self, name: str) -> bool:
        """Return whether the argument or block is certainly not set (or null, or empty)."""
        return self.value(name) in (None, "", []) and self._dynamic(name) == []

    def given(self, name: str) -> bool:
        """Return whether the argument or block is certainly set."""
        value = self.value(name)
        if self._dynamic(name):
            return True
        if isinstance(value, Unknown):
            return False
        if isinstance(value, list):
            return any(not isinstance(item, Unknown) for item in value)
        return value not in (None, "")

    def written(self, name: str) -> bool:
        """Return whether there is an argument or block, perhaps with a variable that is null."""
        return self.raw.get(name) is not None or (
            "dynamic" in self.raw and name in self.dynamic_names
        )

    def refers(self, name: str) -> bool:
        """Return whether the argument is a reference to a resource, and so not null."""
        return bool(getattr(self.unresolved(name), "address", ""))

    def certain(self, name: str) -> bool:
        """Return whether the argument is completely known, or certainly absent."""
        return is_known(self.value(name)) and self._dynamic(name) == []

    def text(self, name: str, default: str | None = None) -> str | None:
        """Return a string; numbers and booleans are converted as by Terraform."""
        value = self.value(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Encoded):
            return json.dumps(value.value) if is_known(value.value) else None
        if isinstance(value, (list, dict)):
            raise self._wrong(name, "a string", value)
        if value is None:
            return default
        if isinstance(value, Unknown):
            return None
        return as_text(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return a number; numeric strings are converted."""
        text = self.text(name)
        if text is None or text == "":
            return default if self.absent(name) else None
        try:
            return float(text)
        except ValueError as error:
            raise self._wrong(name, "a number", text) from error

    def integer(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number, as ``number`` does."""
        number = self.number(name, default)
        if number is None:
            return None
        if not float(number).is_integer():
            raise self._wrong(name, "a whole number", number)
        return int(number)

    def boolean(self, name: str, *, default: bool | None = None) -> bool | None:
        """Return a boolean; the strings true and false are converted."""
        text = self.text(name)
        if text is None or text == "":
            return default if self.absent(name) else None
        if text not in ("true", "false"):
            raise self._wrong(name, "true or false", text)
        return text == "true"

    def values(self, name: str) -> list[Any] | None:
        """Return the items of a list, unknown ones as Unknown; None if the list is unknown."""
        return self._items(name, self.value(name))

    def unresolved_values(self, name: str) -> list[Any] | None:
        """Return the items of a list with references as ``Reference``."""
        return self._items(name, self.unresolved(name))

    def texts(self, name: str) -> list[str] | None:
        """Return the items of a list of strings; None unless all are known."""
        values = self.values(name)
        if values is None or not is_known(values):
            return None
        return [str(value) for value in values]

    @computed_once
    def blocks(self, name: str) -> list["Block"]:
        """Return the nested blocks of one name; a single object is one block."""
        bodies = [(item, self._scope) for item in self._bodies(name)] if name in self.raw else []
        bodies += self._dynamic(name) or []
        return [
            self._block(item, f"{name}[{index}]", scope)
            for index, (item, scope) in enumerate(bodies)
            if not isinstance(item, Unknown) and item is not None
        ]

    @property
    def dynamic_names(self) -> set[str]:
        """The names of the dynamic blocks."""
        return {name for name, _ in dynamic_blocks(self.raw.get("dynamic"))}

    def possible_blocks(self, name: str) -> list["Block"]:
        """Return the nested blocks, and those of ``dynamic`` blocks whose number is not known."""
        if self._dynamic(name) is not None:
            return self.blocks(name)
        found = [b for b in self._dynamic(name, possible=True) or () if isinstance(b[0], Mapping)]
        return [*self.blocks(name), *(self._block(b, f"{name}[*]", scope) for b, scope in found)]

    def blocks_at(self, path: str) -> list["Block"]:
        """Return the ``possible_blocks`` at a path of names: ``origin.custom_origin_config``."""
        if not path:
            return [self]
        name, _, rest = path.partition(".")
        return self._blocks_at(name, rest) if self.written(name) else []

    @computed_once
    def _blocks_at(self, name: str, rest: str) -> list["Block"]:
        return [b for block in self.possible_blocks(name) for b in block.blocks_at(rest)]

    def block(self, name: str) -> "Block | None":
        """Return the first nested block of a name, None if absent or unknown."""
        return next(iter(self.blocks(name)), None)

    def countable(self, name: str) -> bool:
        """Return whether ``blocks(name)`` are certainly all blocks of that name."""
        bodies = self._bodies(name)
        return self._dynamic(name) is not None and not any(isinstance(b, Unknown) for b in bodies)

    @computed_once
    def document(self, name: str) -> Any:
        """Return the parsed JSON document of an argument; None if absent.

        Objects are plain dicts, with Unknown for references. Unknown if the document as a
        whole is not known.

        Raises:
            ValueError: The argument is certainly not JSON.
        """
        return parse_document(self.value(name))

    def map(self, name: str) -> Mapping[str, Any]:
        """Return a map argument, empty if absent or unknown."""
        value = self.value(name)
        if value is None or isinstance(value, Unknown):
            return {}
        if not isinstance(value, Mapping):
            raise self._wrong(name, "an object", value)
        return value

    def nested(self, raw: Mapping[str, Any], path: str) -> "Block":
        """Return the block of an object in a ``document``."""
        return Block(raw, address=f"{self.address}.{path}", scope=self._scope, evaluated=True)

    def _value(self, name: str, *, resolve: bool) -> Any:
        values = self._values[resolve]
        if name not in values:
            values[name] = _NOT_KNOWN  # an argument that refers to itself
            values[name] = evaluate(self.raw[name], self._scope, resolve=resolve)
        return values[name]

    def _bodies(self, name: str) -> list[Any]:
        """Return the raw bodies of blocks; expressions are evaluated."""
        raw = self._without_expression(self.raw.get(name))
        return [self._without_expression(item) for item in as_list(raw)]

    def _without_expression(self, raw: Any) -> Any:
        return evaluate(raw, self._scope) if isinstance(raw, str) else raw

    def _block(self, item: Any, path: str, scope: Scope) -> "Block":
        if not isinstance(item, dict):
            raise self._wrong(path, "a block", item)
        address = f"{self.address}.{path}"
        return Block(item, address=address, scope=scope, evaluated=self._evaluated)

    def _dynamic(self, name: str, *, possible: bool = False) -> list[tuple[Any, Scope]] | None:
        """Return content and scope of the dynamic blocks of a name; None if unknown.

        With ``possible`` blocks of unknown number count as one, with unknown key and value.
        """
        found: list[tuple[Any, Scope]] = []
        if "dynamic" not in self.raw:
            return found
        for label, body in dynamic_blocks(self.raw["dynamic"]):
            if label != name:
                continue
            items = iterated(evaluate(body.get("for_each"), self._scope))
            if items is None and not possible:
                return None
            iterator = str(body.get("iterator") or name)
            found += [
                (content, Bindings(self._scope, {iterator: {"key": key, "value": value}}))
                for key, value in ([(Unknown(), Unknown())] if items is None else items)
                for content in as_list(body.get("content"))
            ]
        return found

    def _items(self, name: str, value: Any) -> list[Any] | None:
        if isinstance(value, Unknown) or self._dynamic(name) != []:
            return None
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        splat = any(isinstance(item, Unknown) and getattr(item, "splat", False) for item in value)
        return None if splat else value

    def _wrong(self, name: str, expected: str, actual: Any) -> PreflightInputError:
        return PreflightInputError(
            f"{self.address}.{name}: expected {expected}, found {type_name(actual)}",
            remedy="run `terraform validate`: the value does not match the provider's schema",
        )


def canonical_type(type_: str) -> str:
    """Return a resource type, ``aws_lb...`` for its other name ``aws_alb...``."""
    return _ALIAS.sub("aws_lb", type_)


def type_name(value: Any) -> str:
    """Return the type of a JSON value, for a message."""
    return next((name for kind, name in _NAMES.items() if isinstance(value, kind)), repr(value))
