"""All checks, and the run of all (or some) of them."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from fnmatch import fnmatchcase
from typing import Any

from harness.checks.alarms import Alarms
from harness.checks.alb import Alb
from harness.checks.aurora import Aurora
from harness.checks.autoscaling import AutoScaling
from harness.checks.cloudfront import CloudFront
from harness.checks.database_secret import DatabaseSecret
from harness.checks.ecs import Ecs
from harness.checks.framework.check import Check, CheckSpec, ServiceChecks
from harness.checks.framework.context import CheckContext
from harness.checks.iam import Iam
from harness.checks.log_bucket import LogBucket
from harness.checks.logs import Logs
from harness.checks.network import Network
from harness.checks.security_groups import SecurityGroups
from harness.checks.tags import Tags
from harness.core.errors import UsageError
from harness.run.evidence import CheckResult

SERVICES: tuple[type[ServiceChecks], ...] = (
    Network,
    SecurityGroups,
    LogBucket,
    Logs,
    DatabaseSecret,
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

ServiceCheck = tuple[type[ServiceChecks], Check[Any]]


def service_checks() -> tuple[ServiceCheck, ...]:
    """Return every check with the class of its service, in the order of the report."""
    return tuple(
        (service, value)
        for service in SERVICES
        for value in vars(service).values()
        if isinstance(value, Check)
    )


def all_checks() -> tuple[CheckSpec, ...]:
    """Return the description of every check, in the order of the report."""
    return tuple(check.spec for _, check in service_checks())


def run_checks(
    context: CheckContext,
    *,
    only: Sequence[str] | None = None,
    exclusive: bool = True,
    before_exclusive: Callable[[], object] | None = None,
    on_result: Callable[[CheckResult], None] | None = None,
) -> tuple[CheckResult, ...]:
    """Run the checks: those that only read concurrently, then the exclusive ones in turn.

    Args:
        context: The deployed stack; its ``record`` is called with each result at once.
        only: Patterns of ids ("alb/*", "ecs/one-deployment"); None for all.
        before_exclusive: Called before the first of these, to wait for other readers of the
            stack; an exception that it raises ends the run of the checks.
        on_result: Called with each result too, one call at a time: the results so far when the
            run of the checks is interrupted, then also one for each check that did not end.

    Returns:
        One result per check, in the order of ``all_checks``, whatever its status.

    Raises:
        UsageError: A pattern matches no check.
    """
    selected = [pair for pair in _selected(only) if exclusive or not pair[1].spec.exclusive]
    result_lock = threading.Lock()
    finished: dict[str, CheckResult] = {}

    def evaluate(pair: ServiceCheck) -> CheckResult:
        service, check = pair
        result, _ = check.evaluate(service(context))
        with result_lock:
            finished[check.spec.id] = result
            if on_result is not None:
                on_result(result)
        return result

    reading = [pair for pair in selected if not pair[1].spec.exclusive]
    changing = [pair for pair in selected if pair[1].spec.exclusive]
    try:
        _run_concurrently(context, evaluate, reading)
        if changing and before_exclusive is not None:
            before_exclusive()
        for pair in changing:
            evaluate(pair)
    except KeyboardInterrupt:
        for _, check in selected:
            if on_result is not None and check.spec.id not in finished:
                on_result(check.spec.interrupted(context.target.name))
        raise
    return tuple(finished[check.spec.id] for _, check in selected)


def _run_concurrently(
    context: CheckContext,
    evaluate: Callable[[ServiceCheck], CheckResult],
    pairs: Sequence[ServiceCheck],
) -> None:
    """Evaluate in several threads; an interrupt ends running checks and cancels the others."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="check") as pool:
        futures = [pool.submit(evaluate, pair) for pair in pairs]
        try:
            wait(futures)
        except BaseException:
            context.interrupted.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for future in futures:
        future.result()


def _selected(only: Sequence[str] | None) -> list[ServiceCheck]:
    pairs = list(service_checks())
    if only is None:
        return pairs
    for pattern in only:
        if not any(fnmatchcase(check.spec.id, pattern) for _, check in pairs):
            raise UsageError(
                f"no check matches {pattern!r}",
                remedy="`catalog-harness check --list` lists all checks",
            )
    return [pair for pair in pairs if any(fnmatchcase(pair[1].spec.id, p) for p in only)]
