"""Terraform's machine-readable event stream (``-json``) as typed values.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "ChangeSummary",
    "Diagnostic",
    "Event",
    "OperationEvent",
    "OtherEvent",
    "OutputsEvent",
    "PlannedChange",
    "RawLine",
    "ResourceDrift",
    "VersionEvent",
]


@dataclass(frozen=True)
class VersionEvent:
    """Which Terraform is speaking, and in which version of the format."""

    terraform: str
    ui: str


@dataclass(frozen=True)
class PlannedChange:
    """A change that the plan holds: ``create``, ``update``, ``delete``, ``replace``, ``read``."""

    address: str
    action: str
    reason: str


@dataclass(frozen=True)
class ResourceDrift:
    """A resource that is not as the state says; not every drift makes a planned change."""

    address: str
    action: str


@dataclass(frozen=True)
class ChangeSummary:
    """How many resources an operation (``plan``, ``apply``, ``destroy``) changes or changed."""

    operation: str
    add: int
    change: int
    remove: int


@dataclass(frozen=True)
class OperationEvent:
    """One step in the life of one resource.

    Attributes:
        kind: Terraform's type: ``apply_start``, ``apply_progress``, ``apply_complete``,
            ``apply_errored``, ``refresh_start``, ``refresh_complete``, ``ephemeral_op_start``...
        address: Resource address.
        action: ``create``, ``update``, ``delete``, ``read``; empty for a refresh.
        at: When it happened.
        elapsed: Whole seconds since its start, as Terraform counts them.
    """

    kind: str
    address: str
    action: str
    at: datetime
    elapsed: float


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning.

    Attributes:
        severity: ``error`` or ``warning``.
        summary: What happened, on one line as a rule; redacted.
        detail: The rest; redacted.
        address: Resource that it is about; empty for none.
        location: ``file:line`` in the configuration; empty for none.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    location: str = ""


@dataclass(frozen=True)
class OutputsEvent:
    """Names of the outputs; their values come from ``terraform output``."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class OtherEvent:
    """An event of a type that this module does not know; redacted."""

    type: str
    message: str


@dataclass(frozen=True)
class RawLine:
    """A line that is no event; redacted."""

    text: str


Event = (
    VersionEvent
    | PlannedChange
    | ResourceDrift
    | ChangeSummary
    | OperationEvent
    | Diagnostic
    | OutputsEvent
    | OtherEvent
    | RawLine
)
