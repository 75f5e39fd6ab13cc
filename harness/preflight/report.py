"""The outcome of one preflight."""

from dataclasses import dataclass

from harness.preflight.finding import Finding, Severity
from harness.preflight.suppression import Suppression


@dataclass(frozen=True)
class Suppressed:
    """A finding that the project decided to live with."""

    finding: Finding
    suppression: Suppression


@dataclass(frozen=True)
class Report:
    """What preflight found.

    Attributes:
        findings: Blockers first.
        suppressed: Findings that a suppression covers.
        notes: What could not be looked at, and why.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The findings that would make the run fail."""
        return tuple(f for f in self.findings if f.severity is Severity.BLOCKER)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The other findings."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def exit_code(self) -> int:
        """Exit status of the command line: 0 without a blocker, 1 with."""
        return 1 if self.blockers else 0

    def __add__(self, other: "Report") -> "Report":
        notes = dict.fromkeys((*self.notes, *other.notes))
        return Report(
            self.findings + other.findings, self.suppressed + other.suppressed, tuple(notes)
        )
