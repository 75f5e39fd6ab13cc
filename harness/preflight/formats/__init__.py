"""The output formats of a report."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from harness.preflight.formats.annotations import github, sarif
from harness.preflight.formats.table import table
from harness.preflight.report import Report

__all__ = ["FORMATS", "as_json"]


def as_json(report: Report) -> str:
    """Return a JSON object: ``verdict``, ``findings``, ``suppressed``, ``not_read``, ``notes``.

    Findings have the fields of ``Finding``; suppressed ones also ``reason``. ``incomplete`` is
    why there may be more findings, ``blocks`` the number of AWS blocks that were read.
    """
    document = {
        "verdict": report.verdict,
        "incomplete": report.incomplete,
        "blocks": report.blocks,
        "findings": [asdict(finding) for finding in report.findings],
        "suppressed": [
            {**asdict(item.finding), "reason": item.suppression.reason}
            for item in report.suppressed
        ],
        "not_read": [asdict(item) for item in report.not_read],
        "notes": list(report.notes),
    }
    return json.dumps(document, indent=2)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": table,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
"""Name of a format -> function that formats a report."""
