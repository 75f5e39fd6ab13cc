"""Build a configuration from a plan as ``terraform show -json`` prints it.

Format: https://developer.hashicorp.com/terraform/internals/json-format. Known values are resolved;
unknown ones keep the references from the plan's ``configuration``.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from harness.preflight.configuration.block import PreflightInputError, type_name
from harness.preflight.configuration.configuration import Configuration, NotRead, Resource
from harness.preflight.configuration.module_scope import ModuleScope
from harness.preflight.configuration.nodes import MODULE_PATH
from harness.preflight.configuration.root_settings import PROVIDER
from harness.preflight.configuration.values import Reference, Unknown


def is_plan(document: Mapping[str, Any]) -> bool:
    """Return whether a JSON object is a plan rather than a configuration."""
    return "format_version" in document and "planned_values" in document


def build_plan(document: Mapping[str, Any], *, label: str) -> Configuration:
    """Return the planned configuration.

    Raises:
        PreflightInputError: The document is not a plan; the message contains the path.
    """
    return _Plan(document, label).configuration()


class _Plan:
    def __init__(self, document: Mapping[str, Any], label: str) -> None:
        self._label = label
        self._partial = document.get("errored") is True or document.get("complete") is False
        self._planned = _object(document.get("planned_values"), f"{label}: planned_values")
        configuration = _object(document.get("configuration"), f"{label}: configuration")
        self._providers = _object(configuration.get("provider_config"), f"{label}: providers")
        self._declared = _object(configuration.get("root_module"), f"{label}: root_module")
        changes = _list(document.get("resource_changes"), f"{label}: resource_changes")
        self._changes = {
            str(change.get("address")): _object(change.get("change"), f"{label}: change")
            for change in (_object(c, f"{label}: resource_changes") for c in changes)
        }
        self._resources = list(self._walk_planned())
        self._addresses = {address for address, _ in self._resources}

    def configuration(self) -> Configuration:
        outputs = _object(self._planned.get("outputs"), f"{self._label}: outputs")
        values = {n: _object(o, f"{self._label}: {n}").get("value") for n, o in outputs.items()}
        scope = ModuleScope(outputs=values)
        configuration = Configuration(self._label, scope, providers=self._provider_blocks())
        configuration.planned = True
        configuration.provider_version = str(
            _object(self._providers.get("aws"), self._label).get("version_constraint") or ""
        )
        if self._partial:
            configuration.not_read = (NotRead("plan", "it is incomplete: planning failed"),)
        declared = dict(self._walk_declared(self._declared, ""))
        for address, planned in self._resources:
            configuration.add(self._resource(configuration, address, planned, declared))
        configuration.existing = frozenset(
            address
            for address, c in self._changes.items()
            if _list(c.get("actions"), address) != ["create"]
        )
        return configuration

    def _resource(
        self,
        configuration: Configuration,
        address: str,
        planned: Mapping[str, Any],
        declared: Mapping[str, Mapping[str, Any]],
    ) -> Resource:
        module = MODULE_PATH.findall(address)[0]
        block = declared.get(re.sub(r"\[[^]]*\]", "", address), {})
        expressions = _object(block.get("expressions"), f"{address}: expressions")
        unknown = self._changes.get(address, {}).get("after_unknown")
        values = _object(planned.get("values"), f"{address}: values")
        raw = self._merge(_as_written(values, expressions), unknown, expressions, module)
        raw = raw if isinstance(raw, dict) else {}
        named = [f"{module}{name}" for name in _list(block.get("depends_on"), address)]
        located = {self._locate(name, module)[0] for name in _all_references(expressions)}
        key = block.get("provider_config_key")
        if isinstance(key, str) and key != PROVIDER:
            raw["provider"] = key if ":" not in key else "${unknown}"
        return Resource(
            {**raw, "depends_on": named},
            type_=str(planned.get("type")),
            address=address,
            configuration=configuration,
            source=self._label,
            managed=planned.get("mode") != "data",
            references=frozenset(located - {""}),
        )

    def _provider_blocks(self) -> dict[str, list[dict[str, Any]]]:
        blocks: dict[str, list[dict[str, Any]]] = {}
        for provider in self._providers.values():
            entry = _object(provider, f"{self._label}: provider_config")
            if "module_address" in entry:
                continue
            expressions = _object(entry.get("expressions"), f"{self._label}: provider_config")
            raw = {name: _constant(expression) for name, expression in expressions.items()}
            if entry.get("alias"):
                raw["alias"] = entry["alias"]
            blocks.setdefault(str(entry.get("name")), []).append(raw)
        return blocks

    def _walk_planned(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        todo = [_object(self._planned.get("root_module"), f"{self._label}: root_module")]
        while todo:
            module = todo.pop()
            where = f"{self._label}: planned_values"
            for resource in _list(module.get("resources"), where):
                entry = _object(resource, where)
                yield str(entry.get("address")), entry
            todo.extend(_object(m, where) for m in _list(module.get("child_modules"), where))

    def _walk_declared(
        self, module: Mapping[str, Any], prefix: str
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        where = f"{self._label}: configuration"
        for resource in _list(module.get("resources"), where):
            entry = _object(resource, where)
            yield f"{prefix}{entry.get('address')}", entry
        for name, call in _object(module.get("module_calls"), where).items():
            inner = _object(_object(call, where).get("module"), where)
            yield from self._walk_declared(inner, f"{prefix}module.{name}.")

    def _merge(self, value: Any, unknown: Any, expression: Any, module: str) -> Any:
        """Return a planned value with what is unknown in it, by ``after_unknown``.

        Args:
            expression: That of the configuration, with its references.
            module: Module part of the resource's address; references are relative to it.
        """
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
            inner_list = inner_list[: max(len(values), len(unknown))]
            items = zip_longest(values, unknown, inner_list)
            return [self._merge(item, mark, inner, module) for item, mark, inner in items]
        return value

    def _unknown(self, expression: Any, module: str) -> Unknown:
        names = list(_all_references(expression))
        located = {name: self._locate(name, module) for name in names}
        found = [
            Reference(name, address=address, path=path)
            for name, (address, path) in located.items()
            if address and not any(o.startswith((f"{name}.", f"{name}[")) for o in names)
        ]
        others = [name for name in names if not located[name][0]]
        if len(found) == 1 and not others:
            return found[0]
        return Unknown(references=tuple(found))

    def _locate(self, name: str, module: str) -> tuple[str, tuple[str | int, ...]]:
        """Split a reference into the address of a planned resource and the rest."""
        head = f"{module}{name}"
        path: tuple[str | int, ...] = ()
        while head:
            if head in self._addresses:
                return head, path
            head, dot, step = head.rpartition(".")
            path = (step, *path) if dot else path
        return "", ()


def _constant(expression: Any) -> Any:
    if isinstance(expression, dict) and "constant_value" in expression:
        return expression["constant_value"]
    return Unknown()


def _object(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PreflightInputError(f"{where}: expected an object, found {type_name(value)}")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise PreflightInputError(f"{where}: expected a list, found {type_name(value)}")
    return value


def _as_written(value: Any, expressions: Any) -> Any:
    """Return planned values with empty defaults of the provider replaced by None.

    For example, lifecycle rules of a bucket are planned with ``prefix = ""`` if the
    configuration has no prefix.
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
