"""What the doctor says about one thing that the harness needs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from harness.core.errors import HarnessError


class Verdict(StrEnum):
    """Whether the embedded target can be used as far as one thing goes."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        verdict: MISSING means that the embedded target does not work without it.
        found: What was found.
        remedy: What to do about it; empty when there is nothing to do.
    """

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""


Probe = Callable[[], Diagnosis]


def examine(name: str, probe: Probe) -> Diagnosis:
    """Return what a probe says; its errors become diagnoses, so that all others are still made."""
    try:
        return probe()
    except HarnessError as error:
        return Diagnosis(name, Verdict.MISSING, error.message, error.remedy)
    except Exception as error:  # noqa: BLE001 -- a doctor must not die of what the patient has
        return Diagnosis(name, Verdict.WARNING, f"could not be examined: {error!r}")
