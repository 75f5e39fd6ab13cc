"""The result of one preflight."""

from dataclasses import dataclass
from enum import StrEnum

from harness.preflight.configuration.configuration import NotRead
from harness.preflight.finding import Finding, Severity
from harness.preflight.suppression import Suppression


class Verdict(StrEnum):
    """The result of a preflight as a whole."""

    PASSED = "passed"
    BLOCKED = "blocked"
    INCOMPLETE = "incomplete"


_EXIT_CODES = {Verdict.PASSED: 0, Verdict.BLOCKED: 1, Verdict.INCOMPLETE: 3}


@dataclass(frozen=True)
class Suppressed:
    """A finding that the project accepts."""

    finding: Finding
    suppression: Suppression


@dataclass(frozen=True)
class Report:
    """The findings of one preflight.

    Attributes:
        findings: The findings, blockers first.
        notes: What was not checked, with the reasons.
        not_read: What was not read of the configuration.
        blocks: Number of AWS resource and data blocks that were read.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    blocks: int = 0

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The findings with severity blocker."""
        return tuple(f for f in self.findings if f.severity is Severity.BLOCKER)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings with severity warning."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def incomplete(self) -> str:
        """Why there may be more findings; empty if everything was read."""
        unread = sum(item.matters for item in self.not_read)
        if unread:
            return f"{unread} part{'s' if unread > 1 else ''} not read"
        return "" if self.blocks else "no AWS resource was read"

    @property
    def verdict(self) -> Verdict:
        """Blocked with a blocker, else incomplete if something was not read, else passed."""
        if self.blockers:
            return Verdict.BLOCKED
        return Verdict.INCOMPLETE if self.incomplete else Verdict.PASSED

    @property
    def exit_code(self) -> int:
        """Exit status of the command line: 0 passed, 1 blocked, 3 incomplete."""
        return _EXIT_CODES[self.verdict]

    def __add__(self, other: "Report") -> "Report":
        return Report(
            self.findings + other.findings,
            self.suppressed + other.suppressed,
            tuple(dict.fromkeys((*self.notes, *other.notes))),
            tuple(dict.fromkeys((*self.not_read, *other.not_read))),
            self.blocks + other.blocks,
        )
