"""Parses Terraform's event stream, line by line.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from harness.core.redaction import redact
from harness.terraform.events import (
    ChangeSummary,
    Diagnostic,
    Event,
    OperationEvent,
    OtherEvent,
    OutputsEvent,
    PlannedChange,
    RawLine,
    ResourceDrift,
    VersionEvent,
)


def parse_line(line: str) -> Event:
    """Parse one line of output; never raises: what is no known event is kept as it is."""
    try:
        raw = json.loads(line)
    except ValueError:
        return RawLine(redact(line))
    if not isinstance(raw, dict) or "type" not in raw:
        return RawLine(redact(line))
    try:
        return _parse(raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        return OtherEvent(str(raw["type"]), redact(str(raw.get("@message", ""))))


def _parse(raw: Mapping[str, Any]) -> Event:  # noqa: PLR0911 - one return per type
    kind: str = raw["type"]
    match kind:
        case "version":
            return VersionEvent(raw["terraform"], raw["ui"])
        case "planned_change":
            change = raw["change"]
            return PlannedChange(
                change["resource"]["addr"], change["action"], change.get("reason", "")
            )
        case "resource_drift":
            return ResourceDrift(raw["change"]["resource"]["addr"], raw["change"]["action"])
        case "change_summary":
            counts = raw["changes"]
            return ChangeSummary(
                counts["operation"], counts["add"], counts["change"], counts["remove"]
            )
        case "diagnostic":
            return _diagnostic(raw["diagnostic"])
        case "outputs":
            return OutputsEvent(tuple(raw["outputs"]))
    if "hook" in raw and "resource" in raw["hook"]:
        return _operation(kind, raw["hook"], raw["@timestamp"])
    return OtherEvent(kind, redact(raw["@message"]))


def _operation(kind: str, hook: Mapping[str, Any], timestamp: str) -> OperationEvent:
    return OperationEvent(
        kind=kind,
        address=hook["resource"]["addr"],
        action=hook.get("action", ""),
        at=datetime.fromisoformat(timestamp).astimezone(UTC),
        elapsed=float(hook.get("elapsed_seconds", 0)),
    )


def _diagnostic(raw: Mapping[str, Any]) -> Diagnostic:
    """Build from Terraform's JSON form of a diagnostic."""
    place = raw.get("range") or {}
    start = place.get("start", {}).get("line")
    return Diagnostic(
        severity=raw["severity"],
        summary=redact(raw["summary"]),
        detail=redact(raw.get("detail", "")),
        address=raw.get("address", ""),
        location=f"{place['filename']}:{start}" if place else "",
    )
