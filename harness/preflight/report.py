"""The result of one preflight."""

from dataclasses import dataclass

from harness.preflight.finding import Finding, Severity
from harness.preflight.suppression import Suppression


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
        suppressed: Findings with a suppression.
        notes: What was not checked, with the reasons.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The findings with severity blocker."""
        return tuple(f for f in self.findings if f.severity is Severity.BLOCKER)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings with severity warning."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)

    @property
    def exit_code(self) -> int:
        """Exit status of the command line: 1 if there are blockers, else 0."""
        return 1 if self.blockers else 0

    def __add__(self, other: "Report") -> "Report":
        notes = dict.fromkeys((*self.notes, *other.notes))
        return Report(
            self.findings + other.findings, self.suppressed + other.suppressed, tuple(notes)
        )
