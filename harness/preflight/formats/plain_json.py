"""The report as JSON."""

import json
from typing import Any

from harness.preflight.finding import Finding
from harness.preflight.report import Report


def as_json(report: Report) -> str:
    """Return an object with ``findings``, ``suppressed`` and ``notes``.

    Each finding has rule, severity, family, address, message, says, remedy, documentation and
    source; a suppressed one also its reason.
    """
    document = {
        "findings": [_finding(finding) for finding in report.findings],
        "suppressed": [
            {**_finding(item.finding), "reason": item.suppression.reason}
            for item in report.suppressed
        ],
        "notes": list(report.notes),
    }
    return json.dumps(document, indent=2)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "family": str(finding.family),
        "address": finding.address,
        "message": finding.message,
        "says": finding.says,
        "remedy": finding.remedy,
        "documentation": finding.documentation,
        "source": finding.source,
    }
