"""The facts of one run, as every report shows them."""

from dataclasses import dataclass, field

from harness.run.evidence import CheckResult, Status
from harness.run.timeline import Phase, ResourceTiming


@dataclass(frozen=True)
class RunReport:
    """Everything that a report shows; holds no secret.

    Attributes:
        target: Name of the target.
        region: AWS region.
        environment_suffix: The run's suffix.
        started_at: ISO 8601 time in UTC.
        facts: Further facts, name -> text (Terraform version, emulator, database, ...).
        phases: In the order of their start; some overlap.
        resources: Timeline of the Terraform resources.
        results: Outcome of every check.
        outputs: The stack's outputs that are no secret, name -> text.
        errors: Errors that failed the run, first cause first.
        leftovers: Resources that the teardown proof found.
        torn_down: Whether destroy and the teardown proof ran and found nothing.
        notes: Information for the user (kept stack, tiers not deployed, ...).
    """

    target: str
    region: str
    environment_suffix: str
    started_at: str
    facts: dict[str, str] = field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    resources: tuple[ResourceTiming, ...] = ()
    results: tuple[CheckResult, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    torn_down: bool = False
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing failed: no error, no failed check, no leftover."""
        failed = any(result.status is Status.FAILED for result in self.results)
        return not (self.errors or self.leftovers or failed)

    def count(self, status: Status) -> int:
        """Return how many checks ended with a status."""
        return sum(result.status is status for result in self.results)
