"""Assemble a configuration from a root module and the local modules that it calls.

Remote modules are read if ``terraform init`` has installed them
(``.terraform/modules/modules.json``).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.preflight.configuration.configuration import Configuration, NotRead, Resource
from harness.preflight.configuration.module import Module
from harness.preflight.configuration.module_scope import ModuleScope, instances, traversal_name
from harness.preflight.configuration.root_settings import PROVIDER
from harness.preflight.configuration.variables import RootValues, typed

_MAX_NESTING = 12
_AWS_PROVIDERS = (PROVIDER, "awscc")
_META_ARGUMENTS = {"source", "version", "count", "for_each", "providers", "depends_on"}
_BUILT_IN = "terraform"


@dataclass
class Loaded:
    """The files of one module.

    Attributes:
        documents: File name -> parsed content.
        folder: Where it is; empty if it was not read from a folder.
    """

    documents: Mapping[str, Any]
    folder: str = ""
    not_read: list[NotRead] = field(default_factory=list)


LoadModule = Callable[[str, str, str], Loaded | str]
"""Reads a called module: its source, the caller's folder, its key; a text: why it cannot."""


def build_configuration(
    root: Loaded,
    *,
    label: str,
    values: RootValues | None = None,
    load: LoadModule = lambda *_: "only folders have modules",
) -> Configuration:
    """Return the configuration of a root module and its called modules.

    Args:
        values: Values of its variables, besides defaults.

    Raises:
        PreflightInputError: A file is not Terraform JSON; the message contains the path.
    """
    return _Assembly(load).configuration(root, label, values or RootValues())


class _Assembly:
    def __init__(self, load: LoadModule) -> None:
        self._load = load
        self._modules: list[tuple[Module, ModuleScope]] = []
        self._not_read: list[NotRead] = []

    def configuration(self, root: Loaded, label: str, values: RootValues) -> Configuration:
        module = Module(root.documents)
        variables = {n: values.variable(n, body) for n, body in module.variables.items()}
        scope = _scope(module, variables=variables, complete=not root.not_read)
        configuration = Configuration(
            label, scope, providers=module.providers, settings=module.settings
        )
        configuration.settings_source = module.settings_source
        self._not_read += root.not_read
        self._not_read += [NotRead(name, reason) for name, reason in values.unread.items()]
        self._descend(module, scope, root.folder, "")
        configuration.modules = [scope for _, scope in self._modules]
        for declared, scope in self._modules:
            _add_resources(configuration, declared, scope)
            configuration.sources |= {f"{scope.prefix}{n}": s for n, s in declared.sources.items()}
        self._not_read += _other_providers(declared for declared, _ in self._modules)
        configuration.not_read = tuple(self._not_read)
        return configuration

    def _descend(self, module: Module, scope: ModuleScope, folder: str, key: str) -> None:
        self._modules.append((module, scope))
        for name, call in module.calls.items():
            child_key = f"{key}.{name}" if key else name
            source = call.get("source")
            loaded: Loaded | str = "its source is not a text"
            if child_key.count(".") >= _MAX_NESTING:
                loaded = "nested too deep"
            elif isinstance(source, str):
                loaded = self._load(source, folder, child_key)
            if isinstance(loaded, str):
                count = instances(call, scope)
                if count != 0:
                    self._not_read.append(NotRead(f"module {child_key}", loaded))
                continue
            self._not_read += loaded.not_read
            child = Module(loaded.documents)
            scope.children[name] = _called_scope(child, name, call, scope)
            scope.children[name].complete = not loaded.not_read
            self._descend(child, scope.children[name], loaded.folder, child_key)


def _scope(module: Module, **more: Any) -> ModuleScope:
    return ModuleScope(
        locals=module.locals, outputs=module.outputs, calls=frozenset(module.calls), **more
    )


def _called_scope(
    module: Module, name: str, call: Mapping[str, Any], caller: ModuleScope
) -> ModuleScope:
    passed = call.get("providers")
    passed = passed if isinstance(passed, dict) else {}
    variables = {
        n: typed(call[n], body, caller) if n in call else RootValues().variable(n, body)
        for n, body in module.variables.items()
    }
    return _scope(
        module,
        variables=variables,
        attribute=caller.attribute,
        prefix=f"{caller.prefix}module.{name}.",
        providers={n: traversal_name(value) for n, value in passed.items()},
        parent=caller,
        depends_on=caller.depends_on | caller.explicit_dependencies(call),
        instances=0 if caller.instances == 0 else instances(call, caller),
        unexpected=tuple(set(call) - set(module.variables) - _META_ARGUMENTS),
        missing=tuple(
            n for n, body in module.variables.items() if "default" not in body and n not in call
        ),
    )


def _add_resources(configuration: Configuration, module: Module, scope: ModuleScope) -> None:
    for (mode, kind, name), (raw, source) in module.resources.items():
        data = "data." if mode == "data" else ""
        configuration.add(
            Resource(
                raw,
                type_=kind,
                address=f"{scope.prefix}{data}{kind}.{name}",
                configuration=configuration,
                source=source,
                managed=mode == "resource",
                module=scope,
            )
        )


def _other_providers(modules: Iterable[Module]) -> list[NotRead]:
    """Return the providers without rules, with the number of their resources."""
    counts = Counter(
        kind.partition("_")[0] for module in modules for mode, kind, _ in module.resources
    )
    return [
        NotRead(f"provider {name}", f"no rules; blocks: {count}", name in _AWS_PROVIDERS)
        for name, count in sorted(counts.items())
        if name not in (PROVIDER, _BUILT_IN)
    ]
