"""Drift: right after apply, a second plan must have nothing to change."""

import fnmatch
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from harness.core.errors import DriftError
from harness.terraform import Plan, ResourceChange


@dataclass(frozen=True)
class AllowedDrift:
    """An update that is known and harmless; a replacement never is.

    Attributes:
        address: Resource address, or a shell pattern of several.
        attributes: The attributes that may differ.
        reason: Why it is harmless, and what would end it.
    """

    address: str
    attributes: frozenset[str]
    reason: str

    def covers(self, change: ResourceChange) -> bool:
        """Whether it is about the resource of a change."""
        return self.is_about(change.address) and change.actions == ("update",)

    def is_about(self, address: str) -> bool:
        """Whether it is about the resource of an address."""
        # An address with an index is also a pattern, but not one that matches itself.
        return address == self.address or fnmatch.fnmatchcase(address, self.address)


@dataclass(frozen=True)
class DriftVerdict:
    """A plan made right after apply, seen beside what is known to drift.

    Attributes:
        plan: The plan.
        allowed: Known drift of the target.
        present: Addresses of the resources that are deployed.
    """

    plan: Plan
    allowed: tuple[AllowedDrift, ...] = ()
    present: tuple[str, ...] = ()

    def require_none(self) -> None:
        """Raise unless the plan changes nothing but what is allowed.

        Raises:
            DriftError: The message lists each resource, the actions and the attributes, and
                each output that would change.
        """
        lines = [f"  - {each}" for each in self.plan.changes if not _is_allowed(each, self.allowed)]
        lines += [f"  - output {name}" for name in self.plan.outputs]
        if lines:
            raise DriftError(
                "a second plan right after apply still wants to change:\n" + "\n".join(lines),
                remedy="the target reports something else than was applied: mend the "
                "configuration (or, on an emulator, the emulator)",
            )

    def notes(self) -> Iterator[str]:
        """Say which known drift was seen, and which entries are no longer needed."""
        for change in self.plan.changes:
            if _is_allowed(change, self.allowed):
                reasons = "; ".join(e.reason for e in self.allowed if e.covers(change))
                yield f"known drift: {change}: {reasons}"
        for entry in self.allowed:
            deployed = any(entry.is_about(address) for address in self.present)
            if deployed and not any(map(entry.covers, self.plan.changes)):
                names = ", ".join(sorted(entry.attributes))
                yield f"known drift of {entry.address} ({names}) was not seen: remove its entry"


def _is_allowed(change: ResourceChange, allowed: Sequence[AllowedDrift]) -> bool:
    tolerated = {name for entry in allowed if entry.covers(change) for name in entry.attributes}
    differing = {attribute.name for attribute in change.attributes}
    return bool(differing) and differing <= tolerated


class DriftWatch:
    """The second plan, made in the background while the checks read the stack.

    Args:
        look: Makes the plan; must not change anything.
        cancel: Set to stop it early.
    """

    def __init__(self, look: Callable[[], DriftVerdict], cancel: threading.Event) -> None:
        self._cancel = cancel
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="second-plan")
        self._future: Future[DriftVerdict] = self._pool.submit(look)

    def wait(self) -> DriftVerdict:
        """Wait for the plan and return it; raises what planning raised."""
        return self._future.result()

    def cancel(self) -> None:
        """Stop the plan if it still runs, and wait until it has ended."""
        self._cancel.set()
        self._pool.shutdown(wait=True)


def require_no_drift(verdict: DriftVerdict, note: Callable[[str], object]) -> None:
    """Tell what is known of the drift, and raise for what is not.

    Args:
        verdict: The plan.
        note: Told what the report should say.

    Raises:
        DriftError: There is drift that is not known.
    """
    for text in verdict.notes():
        note(text)
    verdict.require_none()
