"""One resource or data block of a configuration."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.preflight.configuration.documents import parse_document
from harness.preflight.configuration.expressions.evaluate import Scope, evaluate
from harness.preflight.configuration.expressions.functions import Encoded
from harness.preflight.configuration.values import Reference, Unknown, is_known, references_in
from harness.preflight.errors import PreflightInputError
from harness.preflight.finding import Problem

if TYPE_CHECKING:
    from harness.preflight.configuration.configuration import Configuration

_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}


class Block:
    """The arguments of a resource, of a block nested in it, or of a JSON document in it.

    Args:
        raw: Argument name -> raw value.
        address: Where it stands, for messages: ``aws_lb.this.access_logs[0]``.
        scope: Where references are looked up.
    """

    def __init__(self, raw: Mapping[str, Any], *, address: str, scope: Scope) -> None:
        self.raw = raw
        self.address = address
        self.scope = scope
        self._values: dict[tuple[str, bool], Any] = {}
        self._blocks: dict[str, list[Block]] = {}
        self._documents: dict[str, Any] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.raw

    def value(self, name: str) -> Any:
        """Return the evaluated argument, None when absent; Unknown when only Terraform knows."""
        return self._evaluated(name, resolve=True)

    def unresolved(self, name: str) -> Any:
        """Return the argument with references left as references."""
        return self._evaluated(name, resolve=False)

    def absent(self, name: str) -> bool:
        """Return whether the argument or block is certainly not given (or null, or empty)."""
        value = self.value(name)
        return value in (None, "", []) and name not in self._dynamic()

    def given(self, name: str) -> bool:
        """Return whether the argument or block is certainly given."""
        value = self.value(name)
        if isinstance(value, Unknown):
            return False
        if isinstance(value, list):
            return any(not isinstance(item, Unknown) for item in value)
        return value not in (None, "")

    def certain(self, name: str) -> bool:
        """Return whether the argument is known completely, or certainly absent."""
        return is_known(self.value(name)) and name not in self._dynamic()

    def text(self, name: str, default: str | None = None) -> str | None:
        """Return a string; numbers and booleans become text, as Terraform converts them.

        Raises:
            PreflightInputError: It is a list or an object.
        """
        value = self.value(name)
        if isinstance(value, Encoded):
            return json.dumps(value.value) if is_known(value.value) else None
        if isinstance(value, list | dict):
            raise self._wrong(name, "a string", value)
        if value is None:
            return default
        if isinstance(value, Unknown):
            return None
        return str(value).lower() if isinstance(value, bool) else str(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return a number; numeric text is converted.

        Raises:
            PreflightInputError: It is no number.
        """
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
        """Return a boolean; the texts true and false are converted.

        Raises:
            PreflightInputError: It is neither.
        """
        text = self.text(name)
        if text is None or text == "":
            return default if self.absent(name) else None
        if text not in ("true", "false"):
            raise self._wrong(name, "true or false", text)
        return text == "true"

    def values(self, name: str) -> list[Any] | None:
        """Return the items of a list, unknown ones as Unknown; None when the list is unknown.

        Raises:
            PreflightInputError: It is no list.
        """
        return self._items(name, self.value(name))

    def unresolved_values(self, name: str) -> list[Any] | None:
        """Return the items of a list with references left as references."""
        return self._items(name, self.unresolved(name))

    def texts(self, name: str) -> list[str] | None:
        """Return the items of a list of strings; None unless all are known."""
        values = self.values(name)
        if values is None or not is_known(values):
            return None
        return [str(value) for value in values]

    def blocks(self, name: str) -> list["Block"]:
        """Return the nested blocks of one name whose number is known; one object is one block.

        Raises:
            PreflightInputError: Something other than objects stands there.
        """
        if name not in self._blocks:
            self._blocks[name] = [
                self._block(item, f"{name}[{index}]")
                for index, item in enumerate(self._bodies(name))
                if not isinstance(item, Unknown) and item is not None
            ]
        return self._blocks[name]

    def block(self, name: str) -> "Block | None":
        """Return the first nested block of a name, None when there is none or it is unknown."""
        return next(iter(self.blocks(name)), None)

    def countable(self, name: str) -> bool:
        """Return whether ``blocks(name)`` are certainly all blocks of that name."""
        bodies = self._bodies(name)
        return name not in self._dynamic() and not any(isinstance(b, Unknown) for b in bodies)

    def document(self, name: str) -> Any:
        """Return a JSON document that an argument carries, parsed; None when absent.

        Objects stay plain dicts, with Unknown where a reference stands. Unknown when the
        document as a whole is not known; a ``ValueError`` when it is certainly not JSON.
        """
        if name not in self._documents:
            self._documents[name] = parse_document(self.value(name))
        return self._documents[name]

    def map(self, name: str) -> Mapping[str, Any]:
        """Return a map argument, empty when absent or unknown.

        Raises:
            PreflightInputError: It is no object.
        """
        value = self.value(name)
        if value is None or isinstance(value, Unknown):
            return {}
        if not isinstance(value, Mapping):
            raise self._wrong(name, "an object", value)
        return value

    def follow(self, name: str, *types: str) -> "Resource | None":
        """Return the resource that an argument names, None when it is not certain which."""
        return self.scope.resource_of(self.unresolved(name), *types)

    def follow_all(self, name: str, *types: str) -> list["Resource"] | None:
        """Return the resources that a list names, None unless every one is certain."""
        values = self.unresolved_values(name)
        if values is None:
            return None
        found = [self.scope.resource_of(value, *types) for value in values]
        known = [item for item in found if item is not None and not item.repeated]
        return known if len(known) == len(found) else None

    def nested(self, raw: Mapping[str, Any], where: str) -> "Block":
        """Return a block over an object inside this one."""
        return Block(raw, address=f"{self.address}.{where}", scope=self.scope)

    def _evaluated(self, name: str, *, resolve: bool) -> Any:
        key = (name, resolve)
        if key not in self._values:
            self._values[key] = evaluate(self.raw.get(name), self.scope, resolve=resolve)
        return self._values[key]

    def _bodies(self, name: str) -> list[Any]:
        """Return the raw bodies of blocks; what an expression stands for is evaluated."""
        raw = self._worked_out(self.raw.get(name))
        items = raw if isinstance(raw, list) else [raw]
        return [self._worked_out(item) for item in items]

    def _worked_out(self, raw: Any) -> Any:
        return evaluate(raw, self.scope) if isinstance(raw, str) else raw

    def _block(self, item: Any, where: str) -> "Block":
        if not isinstance(item, Mapping):
            raise self._wrong(where, "a block", item)
        return self.nested(item, where)

    def _dynamic(self) -> Mapping[str, Any]:
        dynamic = self.raw.get("dynamic")
        if isinstance(dynamic, list):
            return {k: v for item in dynamic if isinstance(item, Mapping) for k, v in item.items()}
        return dynamic if isinstance(dynamic, Mapping) else {}

    def _items(self, name: str, value: Any) -> list[Any] | None:
        if isinstance(value, Unknown) or name in self._dynamic():
            return None
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        splat = any(isinstance(item, Unknown) and getattr(item, "splat", False) for item in value)
        return None if splat else value

    def _wrong(self, name: str, wanted: str, seen: Any) -> PreflightInputError:
        return PreflightInputError(
            f"{self.address}.{name}: expected {wanted}, found {type_name(seen)}",
            remedy="run `terraform validate`: this is not what the provider's schema wants",
        )


def type_name(value: Any) -> str:
    """Return what a JSON value is, for a message."""
    return next((name for kind, name in _NAMES.items() if isinstance(value, kind)), repr(value))


if TYPE_CHECKING:
    from harness.preflight.configuration.configuration import Configuration


class Resource(Block):
    """One ``resource`` or ``data`` block.

    Attributes:
        type: Resource type.
        configuration: What it belongs to.
        source: The file that declares it.
        managed: Whether Terraform would create it: false for ``data`` blocks.
        references: Addresses that it refers to, where ``raw`` does not show them (a plan).
    """

    scope: "Configuration"

    def __init__(
        self,
        raw: Mapping[str, Any],
        *,
        type_: str,
        address: str,
        scope: "Configuration",
        source: str = "",
        managed: bool = True,
        references: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(raw, address=address, scope=scope)
        self.type = type_
        self.source = source
        self.managed = managed
        self._references = references

    @property
    def configuration(self) -> "Configuration":
        """The configuration that the resource belongs to."""
        return self.scope

    @property
    def repeated(self) -> bool:
        """Whether the block stands for any number of instances, or perhaps for none."""
        return self.raw.get("count") is not None or self.raw.get("for_each") is not None

    def problem(self, message: str, *, variant: int = 0, **details: object) -> Problem:
        """Return a problem of this resource; see ``Problem`` for variant and details."""
        return Problem(self.address, message, details, variant)

    def depends_on(self, other: "Resource") -> bool:
        """Return whether Terraform creates the other resource first, perhaps indirectly."""
        return other.address in self.configuration.dependencies(self.address)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every reference in the block."""
        evaluated = evaluate(dict(self.raw), self.configuration, resolve=False)
        return tuple(references_in(evaluated))

    @cached_property
    def direct_dependencies(self) -> frozenset[str]:
        """Addresses that occur anywhere in the block, ``depends_on`` included."""
        found = {reference.address for reference in self.references}
        named = self.raw.get("depends_on") or []
        named = {name for name in named if isinstance(name, str)}
        return frozenset(found | named) | self._references
