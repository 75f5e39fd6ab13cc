"""The registry of rules: the definition of a rule, and the decorators that register one."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Required, TypedDict, Unpack
from urllib.parse import urljoin

from harness.preflight.configuration import Configuration, Resource
from harness.preflight.finding import Family, Problem, Severity
from harness.preflight.target_lookup import TargetLookup
from harness.preflight.terraform_version import TerraformVersion

_AWS_DOCS = "https://docs.aws.amazon.com/"
PROVIDER_DOCS = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources"

Problems = Iterator[Problem]


@dataclass(frozen=True)
class Inspection:
    """The input of a rule.

    Attributes:
        configuration: The configuration.
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
        remedy: How to fix it.
        documentation: URL of the documentation.
        online: Whether it queries the target.
        table: The dated table that it is based on; empty for none.
        resource_types: Resource types that it checks; empty for the whole configuration.
        check: Yields the problems.
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


class _Facts(TypedDict, total=False):
    """Facts of a rule, as in ``Rule``; a relative ``documentation`` is one at docs.aws.amazon.com.

    The default family is ``deploy``, the default severity ``blocker``.
    """

    family: Family
    remedy: Required[str]
    documentation: Required[str]
    errors: str | tuple[str, ...]
    other_errors: str | tuple[str, ...]
    severity: Severity
    table: str


_RULES: dict[str, Rule] = {}


def registered_rules() -> tuple[Rule, ...]:
    """Return the registered rules by id; ``rules.all_rules`` imports their modules first."""
    return tuple(_RULES[id_] for id_ in sorted(_RULES))


def resource_rule(
    id_: str, *resource_types: str, **facts: Unpack[_Facts]
) -> Callable[[Callable[[Resource], Problems]], Callable[[Resource], Problems]]:
    """Register a rule for each resource of some types, by default of all types; see ``Rule``."""

    def register(check: Callable[[Resource], Problems]) -> Callable[[Resource], Problems]:
        def check_resources(inspection: Inspection) -> Problems:
            for resource in inspection.configuration.resources(*resource_types):
                yield from check(resource)

        _add(id_, check, check_resources, types=resource_types, **facts)
        return check

    return register


def configuration_rule(
    id_: str, **facts: Unpack[_Facts]
) -> Callable[[Callable[[Inspection], Problems]], Callable[[Inspection], Problems]]:
    """Register a rule for the configuration as a whole; see ``Rule``."""

    def register(check: Callable[[Inspection], Problems]) -> Callable[[Inspection], Problems]:
        _add(id_, check, check, **facts)
        return check

    return register


Lookup = Callable[[Inspection, TargetLookup], Problems]


def lookup_rule(id_: str, **facts: Unpack[_Facts]) -> Callable[[Lookup], Lookup]:
    """Register a rule that queries the target, and is skipped offline; see ``Rule``."""

    def register(check: Lookup) -> Lookup:
        def check_online(inspection: Inspection) -> Problems:
            return check(inspection, inspection.target) if inspection.target else iter(())

        _add(id_, check, check_online, online=True, **facts)
        return check

    return register


def _add(
    id_: str,
    documented: Callable[..., Problems],
    check: Callable[[Inspection], Problems],
    *,
    types: tuple[str, ...] = (),
    online: bool = False,
    **facts: Unpack[_Facts],
) -> None:
    summary = (inspect.getdoc(documented) or "").partition("\n\n")[0].replace("\n", " ")
    if id_ in _RULES or not summary:
        raise ValueError(f"rule {id_}: registered twice, or without a docstring")
    _RULES[id_] = Rule(
        id=id_,
        family=facts.get("family", Family.DEPLOY),
        severity=facts.get("severity", Severity.BLOCKER),
        summary=summary,
        errors=_tuple(facts.get("errors", ())),
        other_errors=_tuple(facts.get("other_errors", ())),
        remedy=facts["remedy"],
        documentation=urljoin(_AWS_DOCS, facts["documentation"]),
        online=online,
        table=facts.get("table", ""),
        resource_types=types,
        check=check,
    )


def _tuple(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts
