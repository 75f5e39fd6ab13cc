"""The report for code review: SARIF 2.1.0, and annotations of a GitHub Actions job.

SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; the subset for GitHub:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning.
"""

import json
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from harness.core.workflow_command import annotation
from harness.preflight.configuration.source_location import location_of
from harness.preflight.finding import Finding, Severity
from harness.preflight.registry import Rule
from harness.preflight.report import Report, Suppressed
from harness.preflight.rules import all_rules

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning"}


def sarif(report: Report) -> str:
    """Return a log with one run: every rule, and a result for each finding or suppressed one."""
    results = [_result(finding) for finding in report.findings]
    results += [_suppressed(item) for item in report.suppressed]
    run = {
        "tool": {"driver": _driver()},
        "results": results,
        "properties": {"verdict": report.verdict, "incomplete": report.incomplete},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": level, "message": {"text": text}} for level, text in _remarks(report)
                ],
            }
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _remarks(report: Report) -> list[tuple[str, str]]:
    """Return level and text: what was not read, and the notes."""
    found = [("warning", f"incomplete: {report.incomplete}")] if report.incomplete else []
    found += [("warning" if i.matters else "note", f"not read: {i}") for i in report.not_read]
    return found + [("note", note) for note in report.notes]


def _driver() -> dict[str, Any]:
    return {
        "name": "catalog-harness preflight",
        "semanticVersion": version("catalog-harness"),
        "rules": [_rule(rule) for rule in all_rules()],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.remedy},
        "helpUri": rule.documentation,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [str(rule.family), rule.service]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    text = f"{finding.address}: {finding.message}. Fix: {finding.remedy}"
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "properties": {"fact": finding.fact},
        "locations": [_location(finding)],
        "partialFingerprints": {"address/v1": f"{finding.rule} {finding.address}"},
    }


def _location(finding: Finding) -> dict[str, Any]:
    place = location_of(finding)
    path = PurePosixPath(place.path if place else "pyproject.toml")
    uri = f"file://{quote(str(path))}" if path.is_absolute() else quote(str(path))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {"startLine": place.line if place else 1},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.address, "kind": "resource"}],
    }


def _suppressed(item: Suppressed) -> dict[str, Any]:
    justification = {"kind": "external", "justification": item.suppression.reason}
    return {**_result(item.finding), "suppressions": [justification]}


def github(report: Report) -> str:
    """Return one workflow command a line: errors, warnings and notices."""
    lines = [_annotation(finding) for finding in report.findings]
    for finding, reason in ((each.finding, each.suppression.reason) for each in report.suppressed):
        title = f"suppressed: {finding.rule}"
        lines.append(annotation("notice", f"{finding.address}: {reason}", title=title))
    levels = {"warning": "warning", "note": "notice"}
    lines += [annotation(levels[k], text, title="preflight") for k, text in _remarks(report)]
    return "\n".join(lines)


def _annotation(finding: Finding) -> str:
    location = location_of(finding)
    place = {"file": location.path, "line": location.line} if location else {}
    text = f"{finding.address}: {finding.message}\nFix: {finding.remedy}"
    return annotation(_LEVELS[finding.severity], text, **place, title=finding.rule)
