"""Terraform's event stream (``-json``) as typed values: the types that the harness reads.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.core.redaction import redact

# The block of a diagnostic, in JSON and in HCL.
_RESOURCE = re.compile(r'(?:resource[. ]|(data)[. ])"?(\w+)"?[. ]"?([\w-]+)"?')


@dataclass(frozen=True)
class ChangeSummary:
    """How many resources an operation (``plan``, ``apply``, ``destroy``) changes or changed."""

    operation: str
    add: int
    change: int
    remove: int


@dataclass(frozen=True)
class OperationEvent:
    """One step of the operation on one resource.

    Attributes:
        kind: Terraform's type: ``apply_start``, ``apply_progress``, ``apply_complete``,
            ``apply_errored``, ``refresh_start``, ``refresh_complete``, ``ephemeral_op_start``...
        action: ``create``, ``update``, ``delete``, ``read``; empty for a refresh.
    """

    kind: str
    address: str
    action: str
    at: datetime


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning.

    Attributes:
        severity: ``error`` or ``warning``.
        summary: Usually one line; redacted.
        detail: Further text; redacted.
        address: Address of the resource concerned; empty for none.
        location: ``file:line`` in the configuration; empty for none.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    location: str = ""


@dataclass(frozen=True)
class RawLine:
    """A line that is not an event; redacted."""

    text: str


Event = ChangeSummary | OperationEvent | Diagnostic | RawLine | None


def parse_line(line: str) -> Event:
    """Parse one line of output: a ``RawLine`` if it is no event, None for an event not read."""
    try:
        raw = json.loads(line)
    except ValueError:
        return RawLine(redact(line))
    if not isinstance(raw, dict) or "type" not in raw:
        return RawLine(redact(line))
    try:
        return _parse(raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _parse(raw: Mapping[str, Any]) -> Event:
    kind: str = raw["type"]
    if kind == "change_summary":
        counts = raw["changes"]
        return ChangeSummary(counts["operation"], counts["add"], counts["change"], counts["remove"])
    if kind == "diagnostic":
        return parse_diagnostic(raw["diagnostic"])
    if "hook" in raw and "resource" in (hook := raw["hook"]):
        at = datetime.fromisoformat(raw["@timestamp"]).astimezone(UTC)
        return OperationEvent(kind, hook["resource"]["addr"], hook.get("action", ""), at)
    return None


def parse_diagnostic(raw: Mapping[str, Any]) -> Diagnostic:
    """Return a diagnostic of the event stream, or of ``validate -json``."""
    place = raw.get("range") or {}
    block = _RESOURCE.fullmatch((raw.get("snippet") or {}).get("context") or "")
    start = place.get("start", {}).get("line")
    return Diagnostic(
        severity=raw["severity"],
        summary=redact(raw["summary"]),
        detail=redact(raw.get("detail", "")),
        address=raw.get("address") or ".".join(filter(None, block.groups() if block else ())),
        location=f"{place['filename']}:{start}" if place else "",
    )


def unfinished_operations(events: Iterable[Event]) -> list[tuple[OperationEvent, float]]:
    """Return the operations that neither completed nor failed, with their duration in seconds.

    The duration ends with the last event.
    """
    started: dict[tuple[str, str], OperationEvent] = {}
    last: datetime | None = None
    for event in events:
        if isinstance(event, OperationEvent):
            last, key = event.at, (event.address, event.action)
            if event.kind.endswith("_start") and not event.kind.startswith("refresh"):
                started[key] = event
            elif event.kind.endswith(("_complete", "_errored")):
                started.pop(key, None)
    return [(event, (last - event.at).total_seconds()) for event in started.values() if last]
