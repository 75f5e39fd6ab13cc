"""The report as a table for the terminal."""

import io

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.preflight.finding import Finding, Severity
from harness.preflight.report import Report

_STYLES = {Severity.BLOCKER: "bold red", Severity.WARNING: "yellow"}
_PLAIN_WIDTH = 100


def table(report: Report) -> str:
    """Return the table as plain text."""
    stream = io.StringIO()
    print_table(report, Console(file=stream, width=_PLAIN_WIDTH))
    return stream.getvalue().rstrip("\n")


def print_table(report: Report, console: Console) -> None:
    """Print findings, suppressed findings, notes and a summary line."""
    if report.findings:
        console.print(_table(report))
    for item in report.suppressed:
        where = f"{item.finding.rule} at {item.finding.address}"
        console.print(f"[dim]suppressed: {escape(where)}: {escape(item.suppression.reason)}[/]")
    for note in report.notes:
        console.print(f"[dim]note: {escape(note)}[/]")
    style = "red" if report.blockers else "green"
    console.print(f"[{style}]{_summary(report)}[/]")


def _table(report: Report) -> Table:
    rows = Table(show_lines=True)
    rows.add_column("finding", overflow="fold")
    rows.add_column("problem and fix")
    for finding in report.findings:
        rows.add_row(_name(finding), _text(finding))
    return rows


def _name(finding: Finding) -> str:
    style = _STYLES[finding.severity]
    lines = [f"[{style}]{finding.severity}[/]", escape(finding.rule), escape(finding.address)]
    return "\n".join(lines)


def _text(finding: Finding) -> str:
    error = f"[dim]Error of the deployment:[/] {escape(' '.join(finding.error.split()))}"
    lines = [escape(finding.message), *([error] if finding.error else [])]
    return "\n".join([*lines, f"[dim]Fix:[/] {escape(finding.remedy)}"])


def _summary(report: Report) -> str:
    counts = [
        f"{len(found)} {name}{'' if len(found) == 1 else 's'}"
        for name, found in (("blocker", report.blockers), ("warning", report.warnings))
        if found
    ]
    summary = f"preflight: {', '.join(counts)}" if counts else "preflight: no findings"
    return f"{summary} ({len(report.suppressed)} suppressed)" if report.suppressed else summary
