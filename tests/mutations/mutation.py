"""One mutation as data, and its trial on a deployed stack."""

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.registry import run_checks, service_checks
from harness.run.evidence import Status

_NOTICE_SECONDS = 2.0
_RECOVER_SECONDS = 60.0


@dataclass(frozen=True)
class Mutation:
    """A change behind Terraform's back.

    Attributes:
        name: What is changed, as a phrase.
        checks: Ids of exactly the checks that fail because of it.
        action: Makes the change; what it returns is given to ``undo``.
        undo: Reverts the change.
        may_fail: Checks that fail or not, depending on when they run.
        exclusive: Checks among ``checks`` that change the stack; they run, too.
        brief: It ends by itself after a while, so its checks run before all others.
        quick: Whether the integration suite tries it.
        embedded_only: It uses what only the embedded cloud has.
    """

    name: str
    checks: frozenset[str]
    action: Callable[[CheckContext], Any]
    undo: Callable[[CheckContext, Any], object]
    may_fail: frozenset[str] = frozenset()
    exclusive: frozenset[str] = frozenset()
    brief: bool = False
    quick: bool = False
    embedded_only: bool = False


@dataclass(frozen=True)
class Trial:
    """What a mutation did.

    Attributes:
        mutation: The mutation.
        expected: Its checks that can be made on the target.
        failed: The checks that failed, each with what it observed.
        still_failing: Those that did not pass again after the change was reverted.
    """

    mutation: Mutation
    expected: frozenset[str]
    failed: Mapping[str, str]
    still_failing: Mapping[str, str]

    @property
    def unnoticed(self) -> frozenset[str]:
        """Checks that should have failed and passed."""
        return self.expected - self.failed.keys()

    @property
    def bystanders(self) -> frozenset[str]:
        """Checks that should have passed and failed."""
        return frozenset(self.failed.keys() - self.expected - self.mutation.may_fail)

    @property
    def as_expected(self) -> bool:
        """Whether exactly the expected checks failed, and pass again."""
        return not (self.unnoticed or self.bystanders or self.still_failing)


def mutation(
    name: str,
    checks: str,
    action: Callable[[CheckContext], Any],
    undo: Callable[[CheckContext, Any], object],
    **more: Any,
) -> Mutation:
    """Return a mutation; the ids of its checks are separated by spaces."""
    return Mutation(name, frozenset(checks.split()), action, undo, **more)


def modified(
    name: str,
    checks: str,
    read: Callable[[CheckContext], Any],
    change: Callable[[Any], object],
    write: Callable[[CheckContext, Any], object],
    **more: Any,
) -> Mutation:
    """Return a mutation that reads a setting, writes a changed copy, and the original again."""

    def action(context: CheckContext) -> Any:
        before = read(context)
        after = copy.deepcopy(before)
        changed = change(after)
        write(context, after if changed is None else changed)
        return before

    return mutation(name, checks, action, write, **more)


def called(
    name: str,
    checks: str,
    do: tuple[str, Callable[[CheckContext], dict[str, Any]]],
    undo: tuple[str, Callable[[CheckContext, Any], dict[str, Any]]],
    **more: Any,
) -> Mutation:
    """Return a mutation by two operations, such as ``ec2.create_vpc``, with their parameters."""

    def call(context: CheckContext, operation: str, given: dict[str, Any]) -> Any:
        client, _, method = operation.partition(".")
        return getattr(getattr(context.clients, client), method)(**given)

    return mutation(
        name,
        checks,
        lambda c: call(c, do[0], do[1](c)),
        lambda c, made: call(c, undo[0], undo[1](c, made)),
        **more,
    )


def switched(
    name: str,
    checks: str,
    operation: str,
    target: Callable[[CheckContext], dict[str, Any]],
    values: tuple[dict[str, Any], dict[str, Any]],
    **more: Any,
) -> Mutation:
    """Return a mutation by one operation: it sets the first value, then the configured one."""
    changed, configured = values
    return called(
        name,
        checks,
        (operation, lambda c: {**target(c), **changed}),
        (operation, lambda c, _: {**target(c), **configured}),
        **more,
    )


def vpc_of(context: CheckContext) -> str:
    """Return the id of the VPC."""
    return context.outputs.vpc_id or ""


def unreported(context: CheckContext) -> CheckContext:
    """Return the context with the patience of a recovery and without results in a report."""
    return replace(context, record=lambda _: None, patience=_RECOVER_SECONDS)


def attempt(context: CheckContext, tried: Mutation) -> Trial:
    """Make a mutation, run the checks, revert it, and run those again that failed."""
    impatient = replace(context, patience=_NOTICE_SECONDS)
    made = tried.action(context)
    try:
        first = failed(impatient, tried.checks if tried.brief else ())
        noticed = {**failed(impatient), **failed(impatient, tried.exclusive), **first}
    finally:
        tried.undo(context, made)
    expected = provable(context, tried.checks)
    return Trial(tried, expected, noticed, failed(context, noticed.keys() | expected))


def provable(context: CheckContext, checks: Collection[str]) -> frozenset[str]:
    """Return those of some checks that can be made on this target, with these tiers."""
    return frozenset(
        check.spec.id
        for _, check in service_checks()
        if check.spec.id in checks and check.is_provable(context)
    )


def failed(context: CheckContext, only: Collection[str] | None = None) -> dict[str, str]:
    """Run checks, all that only read unless some are given; return observations of failed ones."""
    if only is not None and not only:
        return {}
    given = sorted(only) if only is not None else None
    results = run_checks(context, only=given, exclusive=only is not None)
    return {each.check: each.observed for each in results if each.status is Status.FAILED}
