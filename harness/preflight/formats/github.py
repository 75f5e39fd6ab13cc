"""The report as annotations of a GitHub Actions job.

Format: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
"""

from harness.preflight.configuration import location_of
from harness.preflight.finding import Finding, Severity
from harness.preflight.report import Report

_COMMANDS = {Severity.BLOCKER: "error", Severity.WARNING: "warning"}


def github(report: Report) -> str:
    """Return one workflow command a line: errors, warnings and notices."""
    lines = [_annotation(finding) for finding in report.findings]
    lines += [
        f"::notice title={_property(f'suppressed: {item.finding.rule}')}::"
        f"{_data(f'{item.finding.address}: {item.suppression.reason}')}"
        for item in report.suppressed
    ]
    lines += [f"::notice title=preflight::{_data(note)}" for note in report.notes]
    return "\n".join(lines)


def _annotation(finding: Finding) -> str:
    location = location_of(finding)
    properties = [f"file={_property(location.path)}", f"line={location.line}"] if location else []
    properties.append(f"title={_property(finding.rule)}")
    text = f"{finding.address}: {finding.message}\nFix: {finding.remedy}"
    return f"::{_COMMANDS[finding.severity]} {','.join(properties)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
