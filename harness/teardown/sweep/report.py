"""The report of a sweep: what it found and did, and whether anything is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.aws.resources.resource import Resource
from harness.teardown.proof import Leftover
from harness.teardown.sweep.removal import Outcome


@dataclass(frozen=True)
class SweptRun:
    """What was found of one run and what became of it.

    Attributes:
        why: Why it is swept: "named", or when it expired.
        outcomes: What became of each resource; empty in a dry run.
        left: What the teardown proof still found of it.
        proof: The teardown proof as text; empty in a dry run.
        state: Addresses of its Terraform state, unless that was removed.
        notes: What else was done or found: ledger, state, Terraform.
    """

    environment_suffix: str
    why: str
    resources: tuple[Resource, ...]
    outcomes: tuple[Outcome, ...] = ()
    left: tuple[Leftover, ...] = ()
    proof: str = ""
    state: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """What could not be removed."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)

    @property
    def removed(self) -> tuple[Resource, ...]:
        """What was removed."""
        return tuple(outcome.resource for outcome in self.outcomes if not outcome.error)

    @property
    def is_clean(self) -> bool:
        """Whether the proof found nothing of it, and there was no error."""
        return bool(self.proof) and not (self.left or self.failed or self.errors)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        errors = {outcome.resource: outcome for outcome in self.outcomes}
        return {
            "environment_suffix": self.environment_suffix,
            "why": self.why,
            "resources": [_plain(each) | _became(errors.get(each)) for each in self.resources],
            "left": [str(each) for each in self.left],
            "proof": self.proof,
            "state": list(self.state),
            "notes": list(self.notes),
            "errors": list(self.errors),
            "clean": self.is_clean,
        }


@dataclass(frozen=True)
class SweepReport:
    """What a sweep of one target found and did.

    Attributes:
        skipped: What was left alone although it looks like a leftover, and why.
        unavailable: Service -> why the target does not have it.
        failed: Service -> the error that it returned.
    """

    target: str
    region: str
    dry_run: bool
    runs: tuple[SweptRun, ...]
    skipped: Mapping[Resource, str] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether a dry run could list everything, or else whether nothing is left."""
        if self.failed:
            return False
        return self.dry_run or all(run.is_clean for run in self.runs)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "target": self.target,
            "region": self.region,
            "dry_run": self.dry_run,
            "clean": self.is_clean,
            "runs": [run.to_dict() for run in self.runs],
            "skipped": [_plain(each) | {"why": why} for each, why in self.skipped.items()],
            "unavailable": dict(self.unavailable),
            "failed": dict(self.failed),
        }


def _plain(resource: Resource) -> dict[str, str]:
    return {
        "kind": resource.kind.value,
        "identifier": resource.identifier,
        "name": resource.name,
        "environment_suffix": resource.suffix,
    }


def _became(outcome: Outcome | None) -> dict[str, str]:
    if outcome is None:
        return {}
    became = {"outcome": "failed" if outcome.error else "removed"}
    became |= {"error": outcome.error} if outcome.error else {}
    return became | ({"waited_for": outcome.waited_for} if outcome.waited_for else {})
