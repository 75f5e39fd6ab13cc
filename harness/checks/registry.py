"""All checks, and the run of all (or some) of them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from fnmatch import fnmatchcase
from typing import Any

from harness.checks.alarms import Alarms
from harness.checks.alb import Alb
from harness.checks.aurora import Aurora
from harness.checks.autoscaling import AutoScaling
from harness.checks.cloudfront import CloudFront
from harness.checks.ecs import Ecs
from harness.checks.framework.check import Check, CheckSpec, ServiceChecks
from harness.checks.framework.context import CheckContext
from harness.checks.iam import Iam
from harness.checks.logs import Logs
from harness.checks.network import Network
from harness.checks.s3_lifecycle import LogBucket
from harness.checks.security_groups import SecurityGroups
from harness.checks.tags import Tags
from harness.core.errors import UsageError
from harness.run.evidence import CheckResult

SERVICES: tuple[type[ServiceChecks], ...] = (
    Network,
    SecurityGroups,
    LogBucket,
    Logs,
    Iam,
    Aurora,
    Alb,
    Ecs,
    CloudFront,
    AutoScaling,
    Alarms,
    Tags,
)

_THREADS = 8


def all_checks() -> tuple[CheckSpec, ...]:
    """Return what is known of every check, in the order of the report."""
    return tuple(check.spec for _, check in _checks())


def run_checks(
    context: CheckContext,
    *,
    only: Sequence[str] | None = None,
    exclusive: bool = True,
    before_exclusive: Callable[[], object] | None = None,
    on_result: Callable[[CheckResult], None] | None = None,
) -> tuple[CheckResult, ...]:
    """Run the checks: those that only read beside each other, then the exclusive ones in turn.

    Args:
        context: The deployed stack; its ``record`` is called with each result as it comes.
        only: Patterns of ids ("alb/*", "ecs/one-deployment"); None for all.
        exclusive: Whether to run those that change the stack.
        before_exclusive: Called before the first of these, to wait for others who are reading;
            what it raises ends the run of the checks.
        on_result: Called with each result too, one call at a time: what is there when the run
            of the checks is interrupted.

    Returns:
        One result per check, in the order of ``all_checks``, whatever the results are.

    Raises:
        UsageError: A pattern names no check.
    """
    chosen = [pair for pair in _chosen(only) if exclusive or not pair[1].spec.exclusive]
    telling = threading.Lock()

    def evaluate(pair: tuple[type[ServiceChecks], Check[Any]]) -> CheckResult:
        service, check = pair
        result, _ = check.evaluate(service(context))
        if on_result is not None:
            with telling:
                on_result(result)
        return result

    reading = [pair for pair in chosen if not pair[1].spec.exclusive]
    results = _beside_each_other(context, evaluate, reading)
    changing = [pair for pair in chosen if pair[1].spec.exclusive]
    if changing and before_exclusive is not None:
        before_exclusive()
    results += [evaluate(pair) for pair in changing]
    order = {pair[1].spec.id: position for position, pair in enumerate(chosen)}
    return tuple(sorted(results, key=lambda result: order[result.check]))


def _beside_each_other(
    context: CheckContext,
    evaluate: Callable[[tuple[type[ServiceChecks], Check[Any]]], CheckResult],
    pairs: Sequence[tuple[type[ServiceChecks], Check[Any]]],
) -> list[CheckResult]:
    """Evaluate in several threads; an interrupt ends those that run and those that wait."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="check") as pool:
        futures = [pool.submit(evaluate, pair) for pair in pairs]
        try:
            wait(futures)
        except BaseException:
            context.interrupt()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _checks() -> Iterator[tuple[type[ServiceChecks], Check[Any]]]:
    for service in SERVICES:
        for value in vars(service).values():
            if isinstance(value, Check):
                yield service, value


def _chosen(only: Sequence[str] | None) -> list[tuple[type[ServiceChecks], Check[Any]]]:
    pairs = list(_checks())
    if only is None:
        return pairs
    for pattern in only:
        if not any(fnmatchcase(check.spec.id, pattern) for _, check in pairs):
            raise UsageError(
                f"no check is named {pattern!r}",
                remedy="`catalog-harness check --list` names them all",
            )
    return [pair for pair in pairs if any(fnmatchcase(pair[1].spec.id, p) for p in only)]
