"""Build a configuration from the Terraform JSON files of one root module.

Syntax: https://developer.hashicorp.com/terraform/language/syntax/json; how override files merge:
https://developer.hashicorp.com/terraform/language/files/override.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.preflight.configuration.block import PreflightInputError, type_name
from harness.preflight.configuration.configuration import Configuration, Resource

_TOP_LEVEL = {
    *("resource", "data", "terraform", "provider", "locals", "variable", "output", "module"),
    *("check", "ephemeral", "import", "moved", "removed", "//"),
}


def build_module(documents: Mapping[str, Any], *, label: str) -> Configuration:
    """Return the configuration of one root module.

    Args:
        documents: File name -> its parsed JSON. Files named ``override.tf.json`` or
            ``*_override.tf.json`` are merged over the others, in the order of their names.
        label: Name of the module in output.

    Raises:
        PreflightInputError: A file is not Terraform JSON; the message contains the path.
    """
    module = _Module()
    for source in sorted(documents, key=lambda name: (_is_override(name), name)):
        module.add(source, documents[source], override=_is_override(source))
    return module.configuration(label)


def _is_override(name: str) -> bool:
    return name.endswith(("_override.tf.json", "/override.tf.json", "\\override.tf.json"))


class _Module:
    def __init__(self) -> None:
        self._resources: dict[tuple[str, str, str], tuple[dict[str, Any], str]] = {}
        self._locals: dict[str, Any] = {}
        self._providers: dict[str, list[dict[str, Any]]] = {}
        self._settings: dict[str, Any] = {}
        self._settings_source = ""
        self._outputs: dict[str, Any] = {}
        self._modules = False

    def add(self, source: str, document: Any, *, override: bool) -> None:
        for body in _bodies(document, source):
            unknown = [name for name in body if name not in _TOP_LEVEL]
            if unknown:
                raise PreflightInputError(
                    f"{source}: {unknown[0]!r} is not a block type of Terraform",
                    remedy="pass Terraform JSON, or the output of `terraform show -json`",
                )
            self._modules = self._modules or bool(body.get("module"))
            for mode in ("resource", "data"):
                self._add_resources(mode, body.get(mode), source, override=override)
            for values in _bodies(body.get("locals"), f"{source}: locals"):
                self._locals.update(values)
            for settings in _bodies(body.get("terraform"), f"{source}: terraform"):
                self._merge_settings(settings, source)
            self._add_providers(body.get("provider"), source, override=override)
            self._add_outputs(body.get("output"), source)

    def configuration(self, label: str) -> Configuration:
        configuration = Configuration(
            label,
            locals_=self._locals,
            providers=self._providers,
            settings=self._settings,
            outputs=self._outputs,
            calls_modules=self._modules,
        )
        configuration.settings_source = self._settings_source
        for (mode, kind, name), (raw, source) in self._resources.items():
            prefix = "data." if mode == "data" else ""
            configuration.add(
                Resource(
                    raw,
                    type_=kind,
                    address=f"{prefix}{kind}.{name}",
                    configuration=configuration,
                    source=source,
                    managed=mode == "resource",
                )
            )
        return configuration

    def _add_resources(self, mode: str, declared: Any, source: str, *, override: bool) -> None:
        for kind, name, raw in _labelled(declared, f"{source}: {mode}"):
            key = (mode, kind, name)
            if key not in self._resources:
                self._resources[key] = (raw, source)
            elif override:
                earlier, first = self._resources[key]
                self._resources[key] = ({**earlier, **raw}, first)
            else:
                raise PreflightInputError(
                    f"{source}: {kind}.{name} was already declared in {self._resources[key][1]}",
                    remedy="keep one of the two",
                )

    def _merge_settings(self, settings: Mapping[str, Any], source: str) -> None:
        if "backend" in settings or not self._settings_source:
            self._settings_source = source
        for name, value in settings.items():
            if name in ("backend", "cloud"):
                self._settings.pop("backend", None)
                self._settings.pop("cloud", None)
            self._settings[name] = value

    def _add_providers(self, declared: Any, source: str, *, override: bool) -> None:
        for providers in _bodies(declared, f"{source}: provider"):
            for name, blocks in providers.items():
                known = self._providers.setdefault(name, [])
                for block in _bodies(blocks, f"{source}: provider.{name}"):
                    same = [old for old in known if old.get("alias") == block.get("alias")]
                    if override and same:
                        same[0].update(block)
                    else:
                        known.append(block)

    def _add_outputs(self, declared: Any, source: str) -> None:
        for outputs in _bodies(declared, f"{source}: output"):
            for name, blocks in outputs.items():
                for block in _bodies(blocks, f"{source}: output.{name}"):
                    self._outputs[name] = block.get("value")


def _labelled(declared: Any, where: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for kinds in _bodies(declared, where):
        for kind, by_name in kinds.items():
            for names in _bodies(by_name, f"{where}.{kind}"):
                for name, blocks in names.items():
                    for raw in _bodies(blocks, f"{where}.{kind}.{name}"):
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
