"""Drift: a second plan right after apply must have no changes."""

import fnmatch
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from harness.core.errors import DriftError
from harness.terraform.plan import Plan, ResourceChange

_OWN = (
    "the target reports other values than were applied: fix the configuration (or, on an "
    "emulator, the emulator)"
)
_OTHERS = "someone or something else changed it: undo that change, or destroy and deploy again"


@dataclass(frozen=True)
class AllowedDrift:
    """A known, harmless update; never a replacement.

    Attributes:
        address: Resource address or shell pattern.
        reason: Why it is harmless, and when it can be removed.
    """

    address: str
    attributes: frozenset[str]
    reason: str

    def covers(self, change: ResourceChange) -> bool:
        """Whether it allows updates of the resource of a change."""
        return self.matches(change.address) and change.actions == ("update",)

    def matches(self, address: str) -> bool:
        """Whether an address matches."""
        # An address with an index is a pattern, too, but does not match itself.
        return address == self.address or fnmatch.fnmatchcase(address, self.address)


@dataclass(frozen=True)
class DriftVerdict:
    """A plan made right after apply, and the known drift.

    Attributes:
        later: Whether an earlier command deployed the stack, so that others may have changed it.
    """

    plan: Plan
    allowed: tuple[AllowedDrift, ...] = ()
    present: tuple[str, ...] = ()
    later: bool = False

    def require_none(self, note: Callable[[str], object]) -> None:
        """Note the known drift, and raise for any other.

        Raises:
            DriftError: The message lists resources with actions and attributes, and outputs.
        """
        for text in self.notes():
            note(text)
        lines = [
            f"  - {each}"
            for each in self.plan.resource_changes
            if not _is_allowed(each, self.allowed)
        ]
        lines += [f"  - output {name}" for name in self.plan.output_changes]
        if lines:
            found, remedy = "a second plan right after apply has changes", _OWN
            if self.later:
                found, remedy = "the stack has changed since it was deployed", _OTHERS
            raise DriftError("\n".join((f"{found}:", *lines)), remedy=remedy)

    def notes(self) -> Iterator[str]:
        """Yield the known drift in the plan, and the entries that are no longer needed."""
        for change in self.plan.resource_changes:
            if _is_allowed(change, self.allowed):
                reasons = "; ".join(e.reason for e in self.allowed if e.covers(change))
                yield f"known drift: {change}: {reasons}"
        for entry in self.allowed:
            deployed = any(entry.matches(address) for address in self.present)
            if deployed and not any(map(entry.covers, self.plan.resource_changes)):
                names = ", ".join(sorted(entry.attributes))
                yield f"known drift of {entry.address} ({names}) did not occur: remove its entry"


def _is_allowed(change: ResourceChange, allowed: Sequence[AllowedDrift]) -> bool:
    tolerated = {name for entry in allowed if entry.covers(change) for name in entry.attributes}
    differing = {attribute.name for attribute in change.attributes}
    return bool(differing) and differing <= tolerated


class DriftWatch:
    """The second plan, made in the background while the checks run; ``cancel`` stops it."""

    def __init__(self, make_plan: Callable[[], DriftVerdict], cancel: threading.Event) -> None:
        self._cancel = cancel
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="second-plan")
        self._future: Future[DriftVerdict] = self._pool.submit(make_plan)

    def wait(self) -> DriftVerdict:
        """Return the plan when it is made, or raise the error of making it."""
        return self._future.result()

    def cancel(self) -> None:
        """Stop the plan and wait until it has ended."""
        self._cancel.set()
        self._pool.shutdown(wait=True)
