"""The values of input variables, in Terraform's order of precedence.

https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.preflight.configuration.block import PreflightInputError
from harness.preflight.configuration.evaluate import evaluate
from harness.preflight.configuration.module_scope import ModuleScope, Variable
from harness.preflight.configuration.values import Unknown

_LITERAL_TYPES = ("", "string", "number", "bool", "any")
Load = Callable[[Path], Any]
"""Parses a file of values; raises PreflightInputError."""


@dataclass(frozen=True)
class VariableSources:
    """Where variables of the root module take their values from, besides files in its folder.

    Attributes:
        options: ``--var`` (a text) and ``--var-file`` (a path), in the order given.
        environment: Environment variables; those named ``TF_VAR_...`` count.
    """

    options: tuple[str | Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass
class RootValues:
    """Values of the root module's variables.

    Attributes:
        literals: Name -> text whose meaning depends on the type: of environment and ``--var``.
        values: Name -> value of a file.
        unread: Files that were not read, with the reasons.
    """

    literals: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    def variable(self, name: str, declared: Mapping[str, Any]) -> Variable:
        """Return the value of a declared variable."""
        default = Unknown() if self.unread else declared.get("default", Unknown())
        value = self.values.get(name, default)
        if name in self.literals:
            value = _parsed(self.literals[name], declared)
        return typed(value, declared)


def typed(value: Any, declared: Mapping[str, Any], scope: Any = None) -> Variable:
    """Return a variable with a value; null is the default if the variable is not nullable."""
    if value is None and declared.get("nullable") is False:
        value, scope = declared.get("default", Unknown()), None
    return Variable(value, scope, "optional(" in str(declared.get("type", "")))


def read_values(folder: Path, sources: VariableSources, load: Load) -> RootValues:
    """Read the values of the variables of a root module.

    Raises:
        PreflightInputError: A file of ``--var-file`` cannot be read.
        UsageError: An option ``--var`` is not ``NAME=VALUE``.
    """
    found = RootValues()
    for name, text in sources.environment.items():
        if name.startswith("TF_VAR_"):
            found.literals[name.removeprefix("TF_VAR_")] = text
    for path in _automatic(folder):
        try:
            _set(found, load(path))
        except PreflightInputError as error:
            found.unread[path.name] = error.message
    for option in sources.options:
        if isinstance(option, Path):
            _set(found, load(option))
            continue
        name, equals, text = option.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--var {option}: expected NAME=VALUE")
        found.literals[name.strip()] = text
    return found


def _set(found: RootValues, values: Any) -> None:
    for name, value in values.items() if isinstance(values, dict) else ():
        found.literals.pop(name, None)
        found.values[name] = value


def _automatic(folder: Path) -> list[Path]:
    """Return the files that Terraform reads without an option, in its order."""
    named = [folder / "terraform.tfvars", folder / "terraform.tfvars.json"]
    automatic = (*folder.glob("*.auto.tfvars"), *folder.glob("*.auto.tfvars.json"))
    return [path for path in (*named, *sorted(automatic)) if path.is_file()]


def _parsed(text: str, declared: Mapping[str, Any]) -> Any:
    """Return the value of a text: itself, or that of the expression for other types."""
    kind = str(declared.get("type", "")).strip("${}")
    if kind in _LITERAL_TYPES:
        return text
    return evaluate(f"${{{text}}}", ModuleScope())
