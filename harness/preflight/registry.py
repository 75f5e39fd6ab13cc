"""The registry of rules: the definition of a rule, and the decorators that register one.

The texts of a rule (errors, remedy, documentation, its family and severity) are data, in
``rules/texts.json``; the check and its summary are code.
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.preflight.configuration import Configuration, Resource
from harness.preflight.finding import Family, Problem, Severity
from harness.preflight.target_lookup import TargetLookup
from harness.preflight.terraform_version import TerraformVersion

Problems = Iterator[Problem]


def load(name: str) -> Any:
    """Return a JSON table in the folder ``rules``, such as ``rds/parameters.json``."""
    return json.loads((Path(__file__).parent / "rules" / name).read_text(encoding="utf-8"))


# Rule id -> fields of ``Rule``.
_TEXTS: Mapping[str, Any] = load("texts.json")


@dataclass(frozen=True)
class Inspection:
    """The input of a rule.

    Attributes:
        terraform: The Terraform that will run; None if unknown.
        environment_suffix: The unique part of the run's names; None if unknown.
        target: Look-ups in the target; None offline.
    """

    configuration: Configuration
    terraform: TerraformVersion | None = None
    environment_suffix: str | None = None
    target: TargetLookup | None = None


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: Service and problem: ``ecs/launch-type-with-capacity-provider-strategy``.
        summary: The problem that it reports, one sentence.
        errors: Error messages of the deployment, ``Code: message`` of AWS or the text of
            Terraform; ``{name}`` is a placeholder, ``...`` any text.
        other_errors: Error messages of emulators or other versions; only to explain an error.
        table: The dated table that it is based on; empty for none.
        resource_types: Resource types that it checks; empty for the whole configuration.
    """

    id: str
    family: Family
    severity: Severity
    summary: str
    errors: tuple[str, ...]
    other_errors: tuple[str, ...]
    remedy: str
    documentation: str
    online: bool
    table: str
    resource_types: tuple[str, ...]
    check: Callable[[Inspection], Problems] = field(repr=False)

    @property
    def service(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]


_RULES: dict[str, Rule] = {}


def registered_rules() -> tuple[Rule, ...]:
    """Return the registered rules by id; ``rules.all_rules`` imports their modules first."""
    return tuple(_RULES[id_] for id_ in sorted(_RULES))


def resource_rule(
    id_: str, *resource_types: str, table: str = ""
) -> Callable[[Callable[[Resource], Problems]], Callable[[Resource], Problems]]:
    """Register a rule for each resource of some types, by default of all; see ``Rule``."""

    def register(check: Callable[[Resource], Problems]) -> Callable[[Resource], Problems]:
        def check_resources(inspection: Inspection) -> Problems:
            for resource in inspection.configuration.resources(*resource_types):
                yield from check(resource)

        add_rule(id_, check_resources, check, types=resource_types, table=table)
        return check

    return register


def configuration_rule(
    id_: str, *resource_types: str, table: str = ""
) -> Callable[[Callable[[Inspection], Problems]], Callable[[Inspection], Problems]]:
    """Register a rule for the configuration as a whole; see ``Rule``."""

    def register(check: Callable[[Inspection], Problems]) -> Callable[[Inspection], Problems]:
        add_rule(id_, check, check, types=resource_types, table=table)
        return check

    return register


Lookup = Callable[[Inspection, TargetLookup], Problems]


def lookup_rule(id_: str) -> Callable[[Lookup], Lookup]:
    """Register a rule that queries the target, and is skipped offline; see ``Rule``."""

    def register(check: Lookup) -> Lookup:
        def check_online(inspection: Inspection) -> Problems:
            return check(inspection, inspection.target) if inspection.target else iter(())

        add_rule(id_, check_online, check, online=True)
        return check

    return register


def add_rule(
    id_: str,
    check: Callable[[Inspection], Problems],
    documented: object = None,
    *,
    types: tuple[str, ...] = (),
    online: bool = False,
    table: str = "",
) -> None:
    """Register a rule; its summary is that of ``texts.json``, or the docstring of a function.

    Raises:
        UsageError: Python removes docstrings.
        ValueError: The rule is registered already, or has no summary.
    """
    text = _TEXTS[id_]
    docstring = inspect.getdoc(documented) or ""
    summary = text.get("summary") or docstring.partition("\n\n")[0].replace("\n", " ")
    if sys.flags.optimize > 1:
        raise UsageError(
            "Python runs without docstrings, which are texts of the harness",
            remedy="leave out -OO, or unset PYTHONOPTIMIZE",
        )
    if id_ in _RULES or not summary:
        raise ValueError(f"rule {id_}: registered twice, or without a docstring")
    _RULES[id_] = Rule(
        id=id_,
        family=Family(text.get("family", Family.DEPLOY)),
        severity=Severity(text.get("severity", Severity.BLOCKER)),
        summary=summary,
        errors=tuple(text.get("errors", ())),
        other_errors=tuple(text.get("other_errors", ())),
        remedy=text["remedy"],
        documentation=text["documentation"],
        online=online,
        table=table,
        resource_types=types,
        check=check,
    )
