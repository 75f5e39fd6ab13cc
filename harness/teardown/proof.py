"""The teardown proof: after destroy, nothing of the run may be left in the target."""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.core.errors import LeakError, WaitTimeoutError
from harness.core.wait import wait_until
from harness.targets.base import Target
from harness.teardown.leftover import INQUIRIES, Inquiry, Leftover

_THREADS = 6
_LOOK_AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class TeardownProof:
    """What the services answered after destroy.

    Attributes:
        environment_suffix: The run that was asked for.
        leftovers: What is still there; empty is the only good answer.
        asked: Services that were asked.
        not_asked: Service -> why the target could not be asked for it.
    """

    environment_suffix: str
    leftovers: tuple[Leftover, ...]
    asked: tuple[str, ...]
    not_asked: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        found = "; ".join(map(str, self.leftovers)) or "nothing left"
        skipped = f"; not asked: {', '.join(self.not_asked)}" if self.not_asked else ""
        return f"{len(self.asked)} services asked for {self.environment_suffix}: {found}{skipped}"

    def require_clean(self) -> None:
        """Raise unless nothing is left.

        Raises:
            LeakError: Something is; the message lists it.
        """
        if self.leftovers:
            lines = "\n".join(f"  - {leftover}" for leftover in self.leftovers)
            raise LeakError(
                f"after destroy the target still holds {len(self.leftovers)} resource(s) of "
                f"{self.environment_suffix}:\n{lines}",
                remedy="delete them by hand, or destroy again with the run's state",
            )


def prove_teardown(
    target: Target,
    environment_suffix: str,
    *,
    patience: float = 0.0,
    ignoring: Collection[str] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> TeardownProof:
    """Ask every service of a target what still carries an environment suffix.

    A resource counts when its tag ``EnvironmentSuffix`` says so, or else its name. What AWS
    only remembers does not: NAT gateways "deleted", INACTIVE task definitions, STOPPED tasks.
    Secrets that are pending deletion do: they block their name.

    Args:
        target: Where the stack was.
        environment_suffix: Suffix of the run.
        patience: Seconds to ask again while something is left: AWS ends a deletion later than
            it answers it (network interfaces, secrets).
        ignoring: Identifiers of what carries the suffix and is known to be somebody else's.
        sleep: The pause between two rounds of questions; a test passes its own.

    Raises:
        botocore.exceptions.ClientError: A service refused to answer: that proves nothing.
    """
    clients = Clients(target.session())
    missing = target.missing()
    able = tuple(service for service in INQUIRIES if service not in missing)
    seen: tuple[Leftover, ...] = ()

    def ask() -> tuple[Leftover, ...]:
        nonlocal seen
        found = _ask(clients, able, environment_suffix, target.region)
        seen = tuple(leftover for leftover in found if leftover.identifier not in ignoring)
        return seen

    # What is left when the patience ends is the answer, not an error of the question.
    with suppress(WaitTimeoutError):
        wait_until(
            ask,
            what=f"nothing left of {environment_suffix}",
            ready=lambda found: not found,
            timeout=patience,
            delay=_LOOK_AGAIN_SECONDS,
            sleep=sleep,
        )
    return TeardownProof(
        environment_suffix,
        leftovers=seen,
        asked=tuple(service.value for service in able),
        not_asked={s.value: missing[s] for s in INQUIRIES if s in missing},
    )


def _ask(
    clients: Clients, services: tuple[Capability, ...], suffix: str, region: str
) -> tuple[Leftover, ...]:
    def one(service: Capability) -> list[Leftover]:
        return list(INQUIRIES[service](Inquiry(service, clients, suffix, region)))

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="teardown") as pool:
        return tuple(leftover for found in pool.map(one, services) for leftover in found)
