"""Merge the files of one module into its declarations.

Syntax: https://developer.hashicorp.com/terraform/language/syntax/json; how override files merge:
https://developer.hashicorp.com/terraform/language/files/override.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.preflight.configuration.block import PreflightInputError, type_name
from harness.preflight.configuration.evaluate import dynamic_blocks
from harness.preflight.configuration.values import as_list

_TOP_LEVEL = {
    *("resource", "data", "terraform", "provider", "locals", "variable", "output", "module"),
    *("check", "ephemeral", "import", "moved", "removed", "//"),
}


class Module:
    """The declarations of one module.

    Args:
        documents: File name -> its parsed JSON. Override files are merged over the others, in
            the order of their names.

    Attributes:
        resources: Mode, type and name -> raw body and source file.
        calls: Name of a called module -> raw body of the call.
        variables: Name -> raw body.
        sources: Address of a local value, output or call -> the file that declares it.

    Raises:
        PreflightInputError: A file is not Terraform JSON; the message contains the path.
    """

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self.resources: dict[tuple[str, str, str], tuple[dict[str, Any], str]] = {}
        self.locals: dict[str, Any] = {}
        self.providers: dict[str, list[dict[str, Any]]] = {}
        self.settings: dict[str, Any] = {}
        self.settings_source = ""
        self.outputs: dict[str, Any] = {}
        self.variables: dict[str, dict[str, Any]] = {}
        self.calls: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, str] = {}
        for source in sorted(documents, key=lambda name: (_is_override(name), name)):
            self._add(source, documents[source], override=_is_override(source))

    def _add(self, source: str, document: Any, *, override: bool) -> None:
        if document is None:
            raise PreflightInputError(f"{source}: expected an object, found null")
        for body in _bodies(document, source):
            unknown = [name for name in body if name not in _TOP_LEVEL]
            if unknown:
                raise PreflightInputError(
                    f"{source}: {unknown[0]!r} is not a block type of Terraform",
                    remedy="pass Terraform JSON, or the output of `terraform show -json`",
                )
            for mode in ("resource", "data"):
                self._add_resources(mode, body.get(mode), source, override=override)
            for values in _bodies(body.get("locals"), f"{source}: locals"):
                self.locals.update(values)
                self.sources |= {f"local.{name}": source for name in values}
            for settings in _bodies(body.get("terraform"), f"{source}: terraform"):
                self._merge_settings(settings, source)
            self._add_providers(body.get("provider"), source, override=override)
            for name, block in _named(body.get("output"), f"{source}: output"):
                self.outputs[name] = block.get("value")
                self.sources[f"output.{name}"] = source
            for name, block in _named(body.get("variable"), f"{source}: variable"):
                self.variables[name] = {**self.variables.get(name, {}), **block}
            for name, block in _named(body.get("module"), f"{source}: module"):
                self.calls[name] = {**self.calls.get(name, {}), **block}
                self.sources[f"module.{name}"] = source

    def _add_resources(self, mode: str, declared: Any, source: str, *, override: bool) -> None:
        for kind, name, raw in _labelled(declared, f"{source}: {mode}"):
            key = (mode, kind, name)
            if key not in self.resources:
                self.resources[key] = (raw, source)
            elif override:
                earlier, first = self.resources[key]
                self.resources[key] = (_overridden(earlier, raw), first)
            else:
                raise PreflightInputError(
                    f"{source}: {kind}.{name} was already declared in {self.resources[key][1]}",
                    remedy="keep one of the two",
                )

    def _merge_settings(self, settings: Mapping[str, Any], source: str) -> None:
        if "backend" in settings or not self.settings_source:
            self.settings_source = source
        for name, value in settings.items():
            if name in ("backend", "cloud"):
                self.settings.pop("backend", None)
                self.settings.pop("cloud", None)
            self.settings[name] = value

    def _add_providers(self, declared: Any, source: str, *, override: bool) -> None:
        for name, block in _named(declared, f"{source}: provider"):
            known = self.providers.setdefault(name, [])
            same = [old for old in known if old.get("alias") == block.get("alias")]
            if override and same:
                same[0].update(block)
            else:
                known.append(block)


def _overridden(earlier: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """Return a resource with the arguments and blocks of an override file.

    Its blocks of a type, dynamic or not, replace all of that type; in ``lifecycle`` each argument
    is merged: https://developer.hashicorp.com/terraform/language/files/override.
    """
    dynamic = [{label: body} for label, body in dynamic_blocks(raw.get("dynamic"))]
    replaced = {*raw, "dynamic", *(label for each in dynamic for label in each)}
    before = dynamic_blocks(earlier.get("dynamic"))
    dynamic += [{label: body} for label, body in before if label not in replaced]
    lifecycle: dict[str, Any] = {}
    for body in (*as_list(earlier.get("lifecycle")), *as_list(raw.get("lifecycle"))):
        lifecycle |= body if isinstance(body, dict) else {}
    more = {"dynamic": dynamic, "lifecycle": lifecycle}
    kept = {name: value for name, value in earlier.items() if name not in replaced}
    return {**kept, **raw, **{name: value for name, value in more.items() if value}}


def _is_override(name: str) -> bool:
    stem = name.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    return stem == "override" or stem.endswith("_override")


def _named(declared: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for by_name in _bodies(declared, where):
        for name, blocks in by_name.items():
            for block in _bodies(blocks, f"{where}.{name}"):
                yield name, block


def _labelled(declared: Any, where: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for kind, by_name in _named(declared, where):
        for name, raw in _named(by_name, f"{where}.{kind}"):
            yield kind, name, raw


def _bodies(value: Any, where: str) -> Iterator[dict[str, Any]]:
    """Yield block bodies: the syntax allows one object or a list of objects."""
    if value is None:
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and where.endswith("//"):
            continue
        if not isinstance(item, dict):
            raise PreflightInputError(
                f"{where}: expected an object, found {type_name(item)}",
                remedy="run `terraform validate`",
            )
        yield {key: inner for key, inner in item.items() if key != "//"}
