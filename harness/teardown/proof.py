"""The teardown proof: after destroy, the target holds no resource of the run."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.resources.inventory import Inventory, take_inventory
from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import EXPIRES_AT, RUN_ID
from harness.core.errors import LeakError, WaitTimeoutError
from harness.core.wait import wait_until
from harness.targets.base import Target

_DELAY_SECONDS = 2.0
# The stack makes nothing in these services: a run may lack access to them.
_NOT_OF_THE_STACK = (Capability.ECR, Capability.KMS, Capability.SNS)


@dataclass(frozen=True)
class Leftover:
    """A resource of a run that still exists, and why it belongs to the run."""

    resource: Resource
    why: str

    def __str__(self) -> str:
        state = f"; {self.resource.state}" if self.resource.state else ""
        return f"{self.resource} ({self.why}{state})"


@dataclass(frozen=True)
class TeardownProof:
    """The responses of the services after destroy.

    Attributes:
        leftovers: What still exists; empty is the only good result.
        unavailable: Service -> why the target does not have it.
    """

    environment_suffix: str
    leftovers: tuple[Leftover, ...]
    queried: tuple[str, ...]
    unavailable: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        found = "; ".join(map(str, self.leftovers)) or "nothing left"
        skipped = f"; unavailable: {', '.join(self.unavailable)}" if self.unavailable else ""
        return (
            f"{len(self.queried)} services queried for {self.environment_suffix}: {found}{skipped}"
        )

    def require_clean(self) -> None:
        """Raise unless nothing is left.

        Raises:
            LeakError: Something is left; the message lists it.
        """
        if self.leftovers:
            lines = "\n".join(f"  - {leftover}" for leftover in self.leftovers)
            raise LeakError(
                f"after destroy the target still holds {len(self.leftovers)} resource(s) of "
                f"{self.environment_suffix}:\n{lines}",
                remedy="delete them by hand, or destroy again with the run's state",
                leftovers=tuple(map(str, self.leftovers)),
            )


def prove_teardown(
    target: Target,
    ownership: Ownership,
    *,
    patience: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> TeardownProof:
    """Query every service of a target for resources that belong to a run.

    While something is left, only its kinds are queried again; in the end all are.

    What AWS only keeps listed does not count: NAT gateways "deleted", INACTIVE task definitions,
    STOPPED tasks. Secrets pending deletion do: their names stay taken.

    Args:
        patience: Seconds to query again while something is left: AWS completes some deletions
            after it has accepted them (network interfaces, secrets).
        sleep: The pause between two queries; a test passes its own.

    Raises:
        botocore.exceptions.ClientError: A service refused: that proves nothing.
    """
    clients, missing = Clients(target.session()), target.missing()
    proofs: list[TeardownProof] = []

    def inventory(some: tuple[Kind, ...]) -> Inventory:
        found = take_inventory(clients, missing, some).without_denied(_NOT_OF_THE_STACK)
        found.require_complete()
        return found

    def still_left() -> tuple[Leftover, ...]:
        some = _with_parents(each.resource.kind for each in proofs[-1].leftovers)
        return _leftovers(inventory(some), ownership)

    def prove() -> TeardownProof:
        if proofs and (left := still_left()):
            proofs.append(replace(proofs[-1], leftovers=left))
        else:
            found = inventory(tuple(Kind))
            left = _leftovers(found, ownership)
            proofs.append(
                TeardownProof(ownership.environment_suffix, left, found.queried, found.unavailable)
            )
        return proofs[-1]

    # What is left after the patience is the result, not an error.
    with suppress(WaitTimeoutError):
        wait_until(
            prove,
            what=f"nothing left of {ownership.environment_suffix}",
            ready=lambda proof: not proof.leftovers,
            timeout=patience,
            delay=_DELAY_SECONDS,
            sleep=sleep,
        )
    return proofs[-1]


def _with_parents(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """Return kinds with those that they are parts of, in the order of ``Kind``."""
    needed = set(kinds)
    while more := {kind.parent for kind in needed} - needed:
        needed |= more
    return tuple(kind for kind in Kind if kind in needed)


def _leftovers(inventory: Inventory, ownership: Ownership) -> tuple[Leftover, ...]:
    owned = ownership.owned(inventory.resources)
    return tuple(
        Leftover(resource, why)
        for resource, why in owned.items()
        if not (ownership.run_id and _is_published_image(resource))
    )


def _is_published_image(resource: Resource) -> bool:
    """Whether it is a repository that ``image publish`` made for an environment, not for a run."""
    tags = resource.tags
    return resource.kind is Kind.REPOSITORY and EXPIRES_AT in tags and RUN_ID not in tags
