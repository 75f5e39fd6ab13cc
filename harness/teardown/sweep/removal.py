"""Deleting resources in the order of their dependencies; only named refusals are waited for."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.aws.errors import error_message, is_absent
from harness.aws.resources.inventory import RESOURCE_TYPES
from harness.aws.resources.resource import Kind, Resource
from harness.aws.transient_errors import transient_of
from harness.core.errors import WaitTimeoutError
from harness.core.wait import wait_until

_THREADS = 6
_DELAY_SECONDS = 2.0


@dataclass(frozen=True)
class Outcome:
    """What became of one resource.

    Attributes:
        error: Why it could not be removed; empty if it was.
        waited_for: Reason of the named refusal that had to end first; empty if none.
    """

    resource: Resource
    error: str = ""
    waited_for: str = ""


Pause = Callable[[float], None]


class _NotYetError(Exception):
    """A named transient refusal."""


class _InterruptedSweepError(Exception):
    """The sweep was interrupted."""


def remove_all(
    clients: Clients,
    resources: Iterable[Resource],
    *,
    sleep: Callable[[float], object] | None = None,
) -> tuple[Outcome, ...]:
    """Delete resources; one that cannot be deleted does not stop the rest.

    Kind after kind in the order of ``Kind``, the resources of one kind concurrently. A transient
    refusal is waited for until its own deadline; every other one is the outcome. What does not
    exist any more counts as removed.

    Args:
        sleep: The pause between two attempts; a test passes its own. By default it ends when
            this thread is interrupted, so that Ctrl-C need not wait for a deadline.

    Returns:
        One outcome per resource, in the order of deletion.
    """
    order = list(Kind)
    ordered = sorted(resources, key=lambda each: order.index(each.kind))
    with _interruptible_pool(sleep) as (pool, pause):

        def each(step: Callable[[Resource], Outcome], some: Sequence[Resource]) -> list[Outcome]:
            return list(pool.map(step, some))

        begun = each(lambda resource: _begin(clients, resource, pause), ordered)
        failed = [outcome for outcome in begun if outcome.error]
        outcomes = list(failed)
        unable = {outcome.resource.identifier for outcome in failed}
        for kind in order:
            some = [r for r in ordered if r.kind is kind and r.identifier not in unable]
            outcomes += each(lambda resource: _remove(clients, resource, pause), some)
    return tuple(outcomes)


@contextmanager
def _interruptible_pool(
    sleep: Callable[[float], object] | None,
) -> Iterator[tuple[Executor, Pause]]:
    """Yield threads, and a pause for them that ends at once when the body ends by an error."""
    ended = threading.Event()

    def pause(seconds: float) -> None:
        (sleep or ended.wait)(seconds)
        if ended.is_set():
            raise _InterruptedSweepError

    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="sweep")
    try:
        yield pool, pause
    except BaseException:
        ended.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(clients: Clients, resource: Resource, pause: Pause) -> Outcome:
    begin = RESOURCE_TYPES[resource.kind].begin
    if begin is None:
        return Outcome(resource)
    return _tried(resource, lambda: begin(clients, resource), pause)


def _remove(clients: Clients, resource: Resource, pause: Pause) -> Outcome:
    type_ = RESOURCE_TYPES[resource.kind]
    outcome = _tried(resource, lambda: type_.delete(clients, resource), pause)
    remains = type_.remains
    if outcome.error or remains is None:
        return outcome
    late = f"still there {type_.seconds:g} s after its deletion was accepted"
    gone = f"the end of {resource}"
    error = _awaited(lambda: not remains(clients, resource), gone, type_.seconds, late, pause)
    return Outcome(resource, error, outcome.waited_for)


def _tried(resource: Resource, attempt: Callable[[], None], pause: Pause) -> Outcome:
    """Repeat an attempt until it succeeds, fails for good, or a transient refusal times out."""
    try:
        attempt()
    except ClientError as error:
        transient = transient_of(error)
        if is_absent(error):
            return Outcome(resource)
        if transient is None:
            return Outcome(resource, error_message(error))
    except BotoCoreError as error:
        return Outcome(resource, str(error))
    else:
        return Outcome(resource)

    def again() -> bool:
        try:
            attempt()
        except ClientError as error:
            if transient_of(error) and not is_absent(error):
                raise _NotYetError(error_message(error)) from error
            raise
        return True

    reason, seconds = transient.reason, transient.seconds
    late = f"after {seconds:g} s: {{}} ({reason})"
    failed = _awaited(again, f"deletion of {resource}", seconds, late, pause)
    return Outcome(resource, failed, reason)


def _awaited(
    observe: Callable[[], bool], what: str, seconds: float, late: str, pause: Pause
) -> str:
    """Return the error of a wait; empty once it is fulfilled, or nothing exists any more.

    ``late`` is the text for an expired deadline, with a place for its cause.
    """
    try:
        wait_until(
            observe,
            what=what,
            ready=bool,
            timeout=seconds,
            delay=_DELAY_SECONDS,
            retry_on=(_NotYetError,),
            sleep=pause,
        )
    except WaitTimeoutError as error:
        return late.format(error.__cause__)
    except (ClientError, BotoCoreError) as error:
        return "" if isinstance(error, ClientError) and is_absent(error) else error_message(error)
    return ""
