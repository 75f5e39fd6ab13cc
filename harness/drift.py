"""Drift: right after apply, a second plan must have nothing to change."""

import fnmatch
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from harness.errors import DriftError
from harness.terraform import Plan, ResourceChange

__all__ = ["AllowedDrift", "DriftWatch", "require_no_drift"]


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
        # An address with an index is also a pattern, but not one that matches itself.
        same = change.address == self.address or fnmatch.fnmatchcase(change.address, self.address)
        return same and change.actions == ("update",)


def require_no_drift(plan: Plan, allowed: Sequence[AllowedDrift] = ()) -> None:
    """Raise unless a plan made right after apply changes nothing but what is allowed.

    Raises:
        DriftError: The message lists each resource, the actions and the attributes, and each
            output that would change.
    """
    lines = [f"  - {change}" for change in plan.changes if not _is_allowed(change, allowed)]
    lines += [f"  - output {name}" for name in plan.outputs]
    if lines:
        raise DriftError(
            "a second plan right after apply still wants to change:\n" + "\n".join(lines),
            remedy="the target reports something else than was applied: mend the configuration "
            "(or, on an emulator, the emulator)",
        )


def _is_allowed(change: ResourceChange, allowed: Sequence[AllowedDrift]) -> bool:
    tolerated = {name for entry in allowed if entry.covers(change) for name in entry.attributes}
    differing = {attribute.name for attribute in change.attributes}
    return bool(differing) and differing <= tolerated


class DriftWatch:
    """The second plan, made in the background while the checks read the stack.

    Args:
        plan: Makes the plan; must not change anything.
        cancel: Set to stop it early.
    """

    def __init__(self, plan: Callable[[], Plan], cancel: threading.Event) -> None:
        self._cancel = cancel
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="second-plan")
        self._future: Future[Plan] = self._pool.submit(plan)

    def wait(self) -> Plan:
        """Wait for the plan and return it; raises what planning raised."""
        return self._future.result()

    def cancel(self) -> None:
        """Stop the plan if it still runs, and wait until it has ended."""
        self._cancel.set()
        self._pool.shutdown(wait=True)
