"""Removing resources in the order of their needs, with patience for named refusals only."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from harness.checks.clients import Clients
from harness.errors import WaitTimeoutError
from harness.sweep.removers import REMOVERS
from harness.sweep.resource import Kind, Resource
from harness.sweep.transient import error_code, is_absent, transient_of
from harness.wait import wait_until

__all__ = ["Outcome", "remove_all"]

_THREADS = 6
_DELAY_SECONDS = 2.0


@dataclass(frozen=True)
class Outcome:
    """What became of one resource.

    Attributes:
        resource: The resource.
        error: Why it could not be removed; empty if it was.
        waited_for: Which named refusal had to pass first; empty if none.
    """

    resource: Resource
    error: str = ""
    waited_for: str = ""


class _NotYetError(Exception):
    """A named refusal that passes by itself."""


def remove_all(
    clients: Clients,
    resources: Iterable[Resource],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Remove resources; one that cannot be removed does not keep the others.

    Kind after kind in the order of ``Kind``, the resources of one kind at once. A refusal that
    is known to pass by itself is waited out until its own deadline; every other one is the
    outcome. What is gone already counts as removed.

    Args:
        clients: Clients of the target.
        resources: What to remove.
        sleep: The pause between two attempts; a test passes its own.

    Returns:
        One outcome per resource, in the order of removal.
    """
    order = list(Kind)
    ordered = sorted(resources, key=lambda each: order.index(each.kind))
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="sweep") as pool:

        def each(step: Callable[[Resource], Outcome], some: Sequence[Resource]) -> list[Outcome]:
            return list(pool.map(step, some))

        begun = each(lambda resource: _begin(clients, resource, sleep), ordered)
        failed = [outcome for outcome in begun if outcome.error]
        outcomes = list(failed)
        unable = {outcome.resource.identifier for outcome in failed}
        for kind in order:
            some = [r for r in ordered if r.kind is kind and r.identifier not in unable]
            outcomes += each(lambda resource: _remove(clients, resource, sleep), some)
    return tuple(outcomes)


def _begin(clients: Clients, resource: Resource, sleep: Callable[[float], None]) -> Outcome:
    begin = REMOVERS[resource.kind].begin
    if begin is None:
        return Outcome(resource)
    return _tried(resource, lambda: begin(clients, resource), sleep)


def _remove(clients: Clients, resource: Resource, sleep: Callable[[float], None]) -> Outcome:
    remover = REMOVERS[resource.kind]
    outcome = _tried(resource, lambda: remover.remove(clients, resource), sleep)
    remains = remover.remains
    if outcome.error or remains is None:
        return outcome
    error = _until_gone(resource, lambda: remains(clients, resource), remover.seconds, sleep)
    return Outcome(resource, error, outcome.waited_for)


def _tried(
    resource: Resource, attempt: Callable[[], None], sleep: Callable[[float], None]
) -> Outcome:
    """Make an attempt until it succeeds, fails for good, or the deadline of its refusal passes."""
    try:
        attempt()
    except ClientError as error:
        transient = transient_of(error)
        if is_absent(error):
            return Outcome(resource)
        if transient is None:
            return Outcome(resource, _said(error))
        return _tried_again(resource, attempt, transient.reason, transient.seconds, sleep)
    except BotoCoreError as error:
        return Outcome(resource, str(error))
    return Outcome(resource)


def _tried_again(
    resource: Resource,
    attempt: Callable[[], None],
    reason: str,
    seconds: float,
    sleep: Callable[[float], None],
) -> Outcome:
    def again() -> bool:
        try:
            attempt()
        except ClientError as error:
            if transient_of(error) and not is_absent(error):
                raise _NotYetError(_said(error)) from error
            if not is_absent(error):
                raise
        return True

    try:
        wait_until(
            again,
            what=f"{resource} to let itself be removed",
            ready=bool,
            timeout=seconds,
            delay=_DELAY_SECONDS,
            retry_on=(_NotYetError,),
            sleep=sleep,
        )
    except WaitTimeoutError as error:
        return Outcome(resource, f"after {seconds:g} s: {error.__cause__} ({reason})", reason)
    except (ClientError, BotoCoreError) as error:
        return Outcome(resource, _said(error), reason)
    return Outcome(resource, waited_for=reason)


def _until_gone(
    resource: Resource,
    remains: Callable[[], bool],
    seconds: float,
    sleep: Callable[[float], None],
) -> str:
    def observe() -> bool:
        try:
            return remains()
        except ClientError as error:
            if is_absent(error):
                return False
            raise

    try:
        wait_until(
            observe,
            what=f"the end of {resource}",
            ready=lambda there: not there,
            timeout=seconds,
            delay=_DELAY_SECONDS,
            sleep=sleep,
        )
    except WaitTimeoutError:
        return f"still there {seconds:g} s after its deletion was accepted"
    except (ClientError, BotoCoreError) as error:
        return _said(error)
    return ""


def _said(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        message = error.response["Error"].get("Message", "")
        return f"{error.operation_name}: {error_code(error)}: {message}"
    return str(error)
