"""Rules on the language: versions, references to what is not declared, cycles, tags."""

import re
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from harness.preflight.configuration import Configuration, Resource
from harness.preflight.configuration.evaluate import traversals_in
from harness.preflight.configuration.module_scope import ModuleScope
from harness.preflight.configuration.nodes import Traversal
from harness.preflight.finding import Problem
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule

# The address of a resource, and the key of an instance or an attribute after it.
_INSTANCE = re.compile(r"((?:data\.)?\w+\.[\w-]+)(?:(\[(?!\*)|\.\d)|(\.[a-z_]))?")
_MAX_TAGS = 50
_MAX_TAG_KEY = 128
_MAX_TAG_VALUE = 256


@configuration_rule("terraform/undeclared-name")
def undeclared_name(inspection: Inspection) -> Problems:
    """A variable, local, module, output, provider or dependency is not declared."""
    configuration = inspection.configuration
    if configuration.planned:
        return
    for scope, address, traversals in expressions(configuration):
        for traversal in traversals if scope.complete else ():
            variant = _missing(traversal.root, traversal.path, scope)
            if variant is not None:
                yield Problem(address, f"{traversal.text} is not declared", {}, variant)
    for scope in configuration.modules:
        for name, child in scope.children.items():
            yield from _arguments(f"{scope.prefix}module.{name}", child)
    yield from _dependencies(configuration, of_modules=True)
    yield from _providers(configuration)


def expressions(
    configuration: Configuration,
) -> Iterator[tuple[ModuleScope, str, Iterable[Traversal]]]:
    """Yield module and address of all that is declared, and every reference in it."""
    for resource in configuration:
        yield resource.module, resource.address, resource.traversals
    for scope in configuration.modules:
        named: dict[str, Any] = {f"local.{name}": raw for name, raw in scope.locals.items()}
        named |= {f"output.{name}": raw for name, raw in scope.outputs.items()}
        named |= {f"module.{name}": c.arguments(scope) for name, c in scope.children.items()}
        for name, raw in named.items():
            yield scope, f"{scope.prefix}{name}", dict.fromkeys(traversals_in(raw))


def _arguments(address: str, child: ModuleScope) -> Iterator[Problem]:
    for name in sorted(child.unexpected) if child.complete else ():
        yield Problem(address, f"the module has no variable {name}: it is not declared", {}, 5)
    for name in child.missing:
        yield Problem(address, f"the module requires {name}, which is not set", {}, 6)


def _missing(root: str, path: tuple[str | int, ...], scope: ModuleScope) -> int | None:
    if not path:
        return None
    name = str(path[0])
    if root == "var":
        return None if name in scope.variables else 0
    if root == "local":
        return None if name in scope.locals else 1
    if root != "module":
        return None
    if name not in scope.calls:
        return 2
    steps = [step for step in path[1:] if isinstance(step, str) and step.isidentifier()]
    child = scope.children.get(name)
    known = child is None or not steps or child.instances != 1 or not child.complete
    return None if known or child is None or steps[0] in child.outputs else 3


@resource_rule("terraform/instances")
def instances(resource: Resource) -> Problems:
    """``count``, ``for_each`` and the references to instances do not fit each other."""
    if resource.configuration.planned:
        return
    if {"count", "for_each"} <= resource.raw.keys():
        yield resource.problem("both count and for_each are set")
    if isinstance(resource.raw.get("for_each"), list):
        yield resource.problem("for_each is a list, not a map or a set", variant=1)
    for traversal in resource.traversals:
        argument = {"each": "for_each", "count": "count"}.get(traversal.root)
        if argument and argument not in resource.raw:
            yield resource.problem(f"{traversal.text} without {argument}", variant=2)
        match = _INSTANCE.match(traversal.text)
        other = (
            resource.configuration.find(f"{resource.module.prefix}{match[1]}") if match else None
        )
        if match is None or other is None or other is resource:
            continue
        repeated = not {"count", "for_each"}.isdisjoint(other.raw)
        if match[2] and not repeated:
            yield resource.problem(f"{traversal.text}: {other.address} has no instances", variant=3)
        if match[3] and repeated:
            yield resource.problem(f"{traversal.text}: {other.address} has instances", variant=4)


def _dependencies(configuration: Configuration, *, of_modules: bool) -> Iterator[Problem]:
    for resource in configuration:
        for address in sorted(resource.module.explicit_dependencies(resource.raw)):
            local = address.removeprefix(resource.module.prefix)
            if local.startswith("module.") is not of_modules:
                continue
            if of_modules:
                known = local.split(".")[1].partition("[")[0] in resource.module.calls
            else:
                known = address in configuration.declared or local.startswith(("var.", "local."))
            if not known and resource.module.complete:
                text = f"depends_on names {address}, which is not declared"
                yield Problem(resource.address, text, {}, 2 * of_modules)


def _providers(configuration: Configuration) -> Iterator[Problem]:
    aliases = {
        f"{name}.{alias}"
        for name, blocks in configuration.providers.items()
        for block in blocks
        if (alias := block.text("alias"))
    }
    for resource in configuration:
        name = resource.provider
        root = resource.module.parent is None and resource.module.complete
        if root and "." in name and name not in aliases and not name.startswith(("var", "each")):
            yield Problem(resource.address, f"provider {name} is not declared", {}, 4)


@configuration_rule("terraform/cycle")
def cycle(inspection: Inspection) -> Problems:
    """Resources or locals depend on each other in a circle."""
    configuration = inspection.configuration
    if configuration.planned:
        return
    graphs = [{resource.address: resource.earlier for resource in configuration}]
    graphs += [_local_graph(scope) for scope in configuration.modules]
    for graph in graphs:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = list(error.args[1])
            yield Problem(circle[0], f"cycle: {' -> '.join(circle)}")


def _local_graph(scope: ModuleScope) -> dict[str, frozenset[str]]:
    prefix = f"{scope.prefix}local."
    return {
        f"{prefix}{name}": frozenset(
            f"{prefix}{traversal.path[0]}"
            for traversal in traversals_in(raw)
            if traversal.root == "local" and traversal.path
        )
        for name, raw in scope.locals.items()
    }


@configuration_rule("terraform/required-version")
def required_version(inspection: Inspection) -> Problems:
    """The installed Terraform does not meet the configuration's ``required_version``."""
    constraints = inspection.configuration.settings.text("required_version")
    if constraints is None or inspection.terraform is None:
        return
    if inspection.terraform.satisfies(constraints) is False:
        message = f"{inspection.terraform} does not meet {constraints!r}"
        yield Problem("terraform.required_version", message)


@configuration_rule("terraform/undeclared-resource")
def undeclared_resource(inspection: Inspection) -> Problems:
    """An expression references a resource that is not declared."""
    configuration = inspection.configuration
    if configuration.planned:
        return
    for scope, address, traversals in expressions(configuration):
        named = dict.fromkeys(t.resource[0] for t in traversals if t.resource[1] and scope.complete)
        for name in (n for n in named if n.removeprefix("data.").startswith("aws_")):
            if (other := f"{scope.prefix}{name}") not in configuration.declared:
                yield Problem(address, f"references {other}, which is not declared")
    yield from _dependencies(configuration, of_modules=False)


@resource_rule("terraform/invalid-tag")
def invalid_tag(resource: Resource) -> Problems:
    """A tag key begins with ``aws:``, or AWS does not accept the length or number of tags."""
    tags = resource.map("tags") if isinstance(resource.raw.get("tags"), dict) else {}
    if len(tags) > _MAX_TAGS:
        yield resource.problem(f"has {len(tags)} tags")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield resource.problem(f"tag {key!r}: the prefix aws: is reserved")
        elif len(key) > _MAX_TAG_KEY or (isinstance(value, str) and len(value) > _MAX_TAG_VALUE):
            yield resource.problem(f"tag {key[:40]!r}: the key or its value is too long")
