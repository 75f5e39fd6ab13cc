"""What preflight finds: values that carry no logic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    BLOCKER = "blocker"
    WARNING = "warning"


class Family(StrEnum):
    """The question that a rule answers."""

    DEPLOY = "deploy"
    WORK = "work"
    TEARDOWN = "teardown"


@dataclass(frozen=True)
class Problem:
    """One place that breaks a rule, as the rule sees it.

    Attributes:
        address: Resource address.
        message: What is wrong there, with the values seen.
        details: What fills the placeholders of the rule's expected error message.
        variant: Which of the rule's expected error messages is meant.
    """

    address: str
    message: str
    details: Mapping[str, object] = field(default_factory=dict)
    variant: int = 0


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule, ready to be shown.

    Attributes:
        rule: Rule id: service and what is wrong.
        severity: Blocker: the run would fail. Warning: it would not be as intended.
        family: The question that the rule answers.
        address: Resource address.
        message: What is wrong.
        says: What the deployment would say; empty where no message is known.
        remedy: What to do.
        documentation: Page that states the rule.
        source: File that declares the resource; empty when not known.
    """

    rule: str
    severity: Severity
    family: Family
    address: str
    message: str
    says: str
    remedy: str
    documentation: str
    source: str = ""
