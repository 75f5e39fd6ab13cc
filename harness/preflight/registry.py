"""The registry of rules: what a rule is, and the decorators that add one."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Required, TypedDict, Unpack

from harness.preflight.configuration import Configuration, Resource
from harness.preflight.finding import Family, Problem, Severity
from harness.preflight.terraform_version import TerraformVersion

if TYPE_CHECKING:
    from harness.preflight.target_lookup import Cloud

Problems = Iterator[Problem]


@dataclass(frozen=True)
class Inspection:
    """What a rule may look at.

    Attributes:
        configuration: The configuration.
        terraform: The Terraform that will run; None when not known.
        environment_suffix: What makes the run's names unique; None when not known.
        online: Whether rules that ask the target run as well.
    """

    configuration: Configuration
    terraform: TerraformVersion | None = None
    environment_suffix: str | None = None
    online: bool = False


Check = Callable[[Inspection, "Cloud | None"], Problems]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: Service and what is wrong: ``ecs/launch-type-with-capacity-provider-strategy``.
        family: The question that it answers.
        severity: How bad it is when broken.
        summary: What is wrong where it fires, one sentence.
        says: What the deployment would say, ``Code: message`` of AWS or the text of Terraform;
            ``{name}`` stands for what varies, ``...`` for what is not known.
        also: What emulators, or other versions, say in its place; only to explain an error.
        remedy: What to do.
        documentation: Page that states the rule.
        online: Whether it asks the target.
        resource_types: Resource types that it looks at; empty for the whole configuration.
        check: Yields a problem for each place that breaks it.
    """

    id: str
    family: Family
    severity: Severity
    summary: str
    says: tuple[str, ...]
    also: tuple[str, ...]
    remedy: str
    documentation: str
    online: bool
    resource_types: tuple[str, ...]
    check: Check = field(repr=False)

    @property
    def service(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]


class _Facts(TypedDict, total=False):
    remedy: Required[str]
    documentation: Required[str]
    says: str | tuple[str, ...]
    also: str | tuple[str, ...]
    severity: Severity


_RULES: dict[str, Rule] = {}


def registered_rules() -> tuple[Rule, ...]:
    """Return the rules registered so far, by id; ``rules.all_rules`` imports them first."""
    return tuple(_RULES[id_] for id_ in sorted(_RULES))


def resource_rule(
    id_: str, family: Family, *resource_types: str, **facts: Unpack[_Facts]
) -> Callable[[Callable[[Resource], Problems]], Callable[[Resource], Problems]]:
    """Register a rule that looks at each resource of some types, or at all; see ``Rule``."""

    def register(check: Callable[[Resource], Problems]) -> Callable[[Resource], Problems]:
        def over_all(inspection: Inspection, _: "Cloud | None") -> Problems:
            for resource in inspection.configuration.resources(*resource_types):
                yield from check(resource)

        _add(id_, family, check, over_all, types=resource_types, online=False, **facts)
        return check

    return register


def configuration_rule(
    id_: str, family: Family, **facts: Unpack[_Facts]
) -> Callable[[Callable[[Inspection], Problems]], Callable[[Inspection], Problems]]:
    """Register a rule that looks at the configuration as a whole; see ``Rule``."""

    def register(check: Callable[[Inspection], Problems]) -> Callable[[Inspection], Problems]:
        def whole(inspection: Inspection, _: "Cloud | None") -> Problems:
            return check(inspection)

        _add(id_, family, check, whole, types=(), online=False, **facts)
        return check

    return register


def lookup_rule(
    id_: str, family: Family, **facts: Unpack[_Facts]
) -> Callable[
    [Callable[[Inspection, "Cloud"], Problems]], Callable[[Inspection, "Cloud"], Problems]
]:
    """Register a rule that asks the target, and is skipped offline; see ``Rule``."""

    def register(
        check: Callable[[Inspection, "Cloud"], Problems],
    ) -> Callable[[Inspection, "Cloud"], Problems]:
        def online(inspection: Inspection, cloud: "Cloud | None") -> Problems:
            return check(inspection, cloud) if cloud is not None else iter(())

        _add(id_, family, check, online, types=(), online=True, **facts)
        return check

    return register


def _add(
    id_: str,
    family: Family,
    described: Callable[..., Problems],
    check: Check,
    *,
    types: tuple[str, ...],
    online: bool,
    **facts: Unpack[_Facts],
) -> None:
    summary = (inspect.getdoc(described) or "").partition("\n\n")[0].replace("\n", " ")
    if id_ in _RULES or not summary:
        raise ValueError(f"rule {id_}: registered twice, or without a docstring")
    _RULES[id_] = Rule(
        id=id_,
        family=family,
        severity=facts.get("severity", Severity.BLOCKER),
        summary=summary,
        says=_tuple(facts.get("says", ())),
        also=_tuple(facts.get("also", ())),
        remedy=facts["remedy"],
        documentation=facts["documentation"],
        online=online,
        resource_types=types,
        check=check,
    )


def _tuple(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts
