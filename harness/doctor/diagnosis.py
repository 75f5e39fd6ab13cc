"""The diagnosis of one prerequisite, and the probe that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from harness.core.errors import HarnessError


class Verdict(StrEnum):
    """Whether a prerequisite of the embedded target is met."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True)
class Diagnosis:
    """The result of examining one prerequisite.

    Attributes:
        verdict: MISSING means that the embedded target does not work without it.
        remedy: What to do; empty when there is nothing to do.
    """

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""


Probe = Callable[[], Diagnosis]


def examine(name: str, probe: Probe) -> Diagnosis:
    """Run a probe; an error becomes a diagnosis, so that the other probes still run."""
    try:
        return probe()
    except HarnessError as error:
        return Diagnosis(name, Verdict.MISSING, error.message, error.remedy)
    except Exception as error:  # noqa: BLE001 -- one failed probe must not abort the others
        return Diagnosis(name, Verdict.WARNING, f"could not be examined: {error!r}")
