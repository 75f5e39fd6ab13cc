"""The findings of preflight, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Severity of a finding: a blocker makes the run fail, a warning does not."""

    BLOCKER = "blocker"
    WARNING = "warning"


class Family(StrEnum):
    """Phase of the run that a rule protects: deployment, operation or teardown."""

    DEPLOY = "deploy"
    WORK = "work"
    TEARDOWN = "teardown"


@dataclass(frozen=True)
class Problem:
    """One violation of a rule, as yielded by its check.

    Attributes:
        message: The problem, with the actual values.
        details: Values of the placeholders in the rule's error message.
        variant: Index of the error message among those of the rule.
        severity: Severity of this problem; None: that of the rule.
    """

    address: str
    message: str
    details: Mapping[str, object] = field(default_factory=dict)
    variant: int = 0
    severity: Severity | None = None


@dataclass(frozen=True)
class Finding:
    """One violation of a rule, with everything to report.

    Attributes:
        rule: Rule id: service and problem.
        severity: Blocker: the run would fail. Warning: it would not be as intended.
        error: Error message of the deployment; empty if unknown.
        source: File that declares the resource; empty if unknown.
        fact: Where the fact comes from: ``rule``, a dated table, or the target.
    """

    rule: str
    severity: Severity
    family: Family
    address: str
    message: str
    error: str
    remedy: str
    documentation: str
    source: str = ""
    fact: str = "rule"
