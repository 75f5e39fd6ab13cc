"""What a check is made of: the ``check`` decorator, and comparisons that fail a check."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, overload

import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.capability import Capability
from harness.aws.errors import error_code, failed_call, is_absent, is_unsupported
from harness.aws.paging import pages
from harness.checks.framework.context import CheckContext, InterruptedCheckError
from harness.checks.framework.description import COMPARISONS, Comparison
from harness.checks.framework.expected import Tier
from harness.core.errors import CheckFailedError, HarnessError, NotProvableError, UsageError
from harness.core.redaction import redact
from harness.core.similar_name import similar_name
from harness.run.evidence import CheckResult, Plane, Status
from harness.run.ledger import now

# A part of a description that an emulator cannot return.
UNSUPPORTED: Mapping[str, Any] = MappingProxyType({})

_CAPABILITIES = frozenset[str](Capability)
_REQUIREMENTS = _CAPABILITIES.union(Tier)

S = TypeVar("S", bound="ServiceChecks")
T = TypeVar("T")

# What a service can cause; one check's trouble is one check's result. OSError: sockets, TLS, and
# the errors of requests.
_TROUBLE = (ClientError, BotoCoreError, HarnessError, OSError, psycopg.Error, LookupError)


@dataclass(frozen=True)
class CheckSpec:
    """A check's description.

    Attributes:
        id: Service and claim, such as ``alb/targets-healthy``.
        requires: Tiers that must be deployed, and capabilities that the target must have.
        exclusive: It changes the stack (and restores it), so it runs alone.
    """

    id: str
    claim: str
    plane: Plane
    requires: tuple[str, ...]
    exclusive: bool

    def interrupted(self, target: str) -> CheckResult:
        """Return the result of a check that did not end."""
        text = "the run was interrupted before the check had a result"
        return CheckResult(
            self.id, self.claim, self.plane, target, Status.INTERRUPTED, text, seconds=0.0
        )


class ServiceChecks:
    """Base of the checks of one service.

    Attributes:
        service: First half of the ids of its checks.
        requires: What all its checks need; see ``check``.
    """

    service: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Refuse requirements that could never be fulfilled.

        Raises:
            UsageError: One is neither a tier nor a capability.
        """
        if isinstance(cls.requires, str):
            remedy = f"use a tuple: requires = ({cls.requires!r},)"
            raise UsageError(f"{cls.__name__}: requires is a text", remedy=remedy)
        own = [each.spec.requires for each in vars(cls).values() if isinstance(each, Check)]
        for name in chain(cls.requires, *own):
            if name not in _REQUIREMENTS:
                similar = similar_name(str(name), _REQUIREMENTS)
                raise UsageError(
                    f"{cls.__name__}: {name!r} is neither a tier nor a capability{similar}",
                    remedy=f"use some of {', '.join(sorted(_REQUIREMENTS))}",
                )

    def __init__(self, context: CheckContext) -> None:
        self.context = context

    @classmethod
    def fixture(cls) -> str:
        """Return the name of its pytest fixture."""
        return f"catalog_{cls.service.replace('-', '_')}"

    def read(self, client: Any, operations: Mapping[str, str], **given: Any) -> dict[str, Any]:
        """Return part of a description -> response of an operation; empty for what is not set.

        Args:
            operations: Part -> name of the operation's method; to read all its pages, followed by
                the JMESPath expression of their items.
            **given: Parameters of every operation.

        A part that an emulator cannot return is ``UNSUPPORTED``; ``compare`` leaves it out.
        """
        found: dict[str, Any] = {}
        for part, operation in operations.items():
            try:
                name, _, key = operation.partition(" ")
                found[part] = (
                    list(pages(client, name, key, **given))
                    if key
                    else getattr(client, name)(**given)
                )
            except ClientError as error:
                if is_unsupported(error):
                    found[part] = UNSUPPORTED
                elif not is_absent(error) or error_code(error) == "NoSuchBucket":
                    raise
        return found

    def compare(
        self,
        kind: str,
        observed: Mapping[str, Mapping[str, Any]],
        expected: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
    ) -> str:
        """Compare all resources of a kind: there must be exactly the expected ones, as expected.

        Args:
            kind: A kind of ``comparisons.toml``, or of one's own: then everything is compared.
            observed: Identifier -> description, as AWS returns it.
            expected: Identifier -> description; None: what the configuration says of the kind.
            fixed: Further values that AWS sets where no configuration does.

        Returns:
            The evidence: the number of resources and of values.

        Raises:
            CheckFailedError: The message lists every difference.
        """
        omitted = {
            **self.context.target.omitted_fields.get(kind, {}),
            **{k: "" for each in observed.values() for k, v in each.items() if v is UNSUPPORTED},
        }
        comparison = COMPARISONS.get(kind, Comparison(kind))
        comparison = replace(
            comparison,
            left_out={**comparison.left_out, **omitted},
            fixed={**comparison.fixed, **(fixed or {})},
        )
        if expected is None:
            expected = self.context.configured.get(kind, {})
        found = [f"{each} is missing" for each in expected.keys() - observed.keys()]
        found += [f"{each} is not configured" for each in observed.keys() - expected.keys()]
        for each in expected.keys() & observed.keys():
            differences = comparison.differences(expected[each], observed[each])
            found += [f"{each}: {difference}" for difference in differences]
        expect(not found, f"{kind} as configured", "; ".join(sorted(found)))
        count = sum(len(comparison.compared(each)) for each in observed.values())
        without = f"; not compared here: {', '.join(omitted)}" if omitted else ""
        return f"{kind}: {len(observed)} with {count} values, all as configured{without}"


class Check(Generic[S]):
    """One check, as ``check`` leaves it in its class; called on an instance it runs."""

    def __init__(self, observe: Callable[[S], str], spec: CheckSpec) -> None:
        self._observe = observe
        self.spec = spec
        self.__doc__ = observe.__doc__

    def __set_name__(self, owner: type[S], name: str) -> None:
        identifier = f"{owner.service}/{name.replace('_', '-')}"
        requires = (*owner.requires, *self.spec.requires)
        self.spec = replace(self.spec, id=identifier, requires=requires)

    @overload
    def __get__(self, instance: None, owner: type[S]) -> "Check[S]": ...

    @overload
    def __get__(self, instance: S, owner: type[S]) -> Callable[[], CheckResult]: ...

    def __get__(self, instance: S | None, owner: type[S]) -> "Check[S] | Callable[[], CheckResult]":
        return self if instance is None else lambda: self.run(instance)

    def run(self, instance: S) -> CheckResult:
        """Run the check, record its result and return it.

        Raises:
            CheckFailedError: The claim is not true.
            NotProvableError: The target or the deployed tiers do not allow the check.
        """
        result, error = self.evaluate(instance)
        if error is not None:
            if result.status is Status.FAILED:
                error.add_note(f"claim: {self.spec.claim} ({self.spec.id})")
            raise error
        return result

    def evaluate(self, instance: S) -> tuple[CheckResult, Exception | None]:
        """Run the check and record its result; return it, and the error that ``run`` raises."""
        context = instance.context
        started, started_at = time.monotonic(), now()
        context.exchanges.begin()
        status, observed, error = self._outcome(instance)
        result = CheckResult(
            check=self.spec.id,
            claim=self.spec.claim,
            plane=self.spec.plane,
            target=context.target.name,
            status=status,
            observed=redact(observed),
            seconds=time.monotonic() - started,
            started_at=started_at,
            exchanges=context.exchanges.last if status is Status.FAILED else (),
        )
        context.record_result(result)
        return result, error

    def is_provable(self, context: CheckContext) -> bool:
        """Whether the target and the deployed tiers allow the check."""
        try:
            self._require(context)
        except NotProvableError:
            return False
        return True

    def _outcome(self, instance: S) -> tuple[Status, str, Exception | None]:
        try:
            self._require(instance.context)
            return Status.PASSED, self._observe(instance), None
        except NotProvableError as error:
            return Status.NOT_PROVABLE, error.message, error
        except CheckFailedError as error:
            return Status.FAILED, error.message, error
        except InterruptedCheckError:
            raise
        except _TROUBLE as error:
            failure = CheckFailedError(_trouble(error))
            failure.__cause__ = error
            return Status.FAILED, failure.message, failure

    def _require(self, context: CheckContext) -> None:
        needed, missing = self.spec.requires, context.target.missing()
        absent = [each for each in needed if each not in context.expected.tiers | _CAPABILITIES]
        reasons = [reason for each, reason in missing.items() if each in needed]
        parts = [f"not deployed: {', '.join(absent)}"] if absent else []
        if reasons:
            parts.append(f"{context.target.name}: {'; '.join(dict.fromkeys(reasons))}")
        if parts:
            raise NotProvableError("; ".join(parts))


def _trouble(error: Exception) -> str:
    """Return what a check met in place of an observation, with the API call."""
    if isinstance(error, ClientError) and is_absent(error):
        return f"expected the resource to exist, seen: {error}"
    text = f"a response without {error}" if isinstance(error, LookupError) else str(error)
    call = failed_call(error) or type(error).__name__
    return f"the check could not be made: {call}: {text}"


def check(
    claim: str, *requires: str, plane: Plane = Plane.CONTROL, exclusive: bool = False
) -> Callable[[Callable[[S], str]], Check[S]]:
    """Make a check of a method that returns what it observed.

    The method returns a short sentence, or raises ``CheckFailedError``. Called on an instance,
    the check records a ``CheckResult`` and returns it, or raises ``CheckFailedError`` (also for
    every error of a service: denied, throttled, unreachable, an incomplete response) or
    ``NotProvableError``. Every other error is a bug and propagates.

    Args:
        claim: What is true when the check passes, as a sentence.
        *requires: Tiers that must be deployed and capabilities that the target must have, besides
            those of the class.
        exclusive: It changes the stack (and restores it), so it runs alone.
    """
    # Its class completes the specification, with the id and the requirements of the service.
    spec = CheckSpec("", claim, plane, requires, exclusive)
    return lambda observe: Check(observe, spec)


def expect(ok: bool, expected: str, actual: object) -> None:  # noqa: FBT001
    """Raise ``CheckFailedError("expected ..., seen: ...")`` unless ``ok``."""
    if not ok:
        raise CheckFailedError(f"expected {expected}, seen: {actual}")


def expect_equal(what: str, actual: Any, expected: Any) -> None:
    """Raise ``CheckFailedError`` unless both values are equal.

    Two mappings are compared key by key, so that the message has only the differences.
    """
    if isinstance(actual, dict) and isinstance(expected, dict):
        keys = [key for key in {**expected, **actual} if actual.get(key) != expected.get(key)]
        actual, expected = ({key: side.get(key) for key in keys} for side in (actual, expected))
    expect(actual == expected, f"{what}: {expected!r}", repr(actual))


def one(items: Sequence[T], what: str) -> T:
    """Return the only item; raise ``CheckFailedError`` if there is none or more than one."""
    expect(len(items) == 1, f"one {what}", f"{len(items)} of them")
    return items[0]
