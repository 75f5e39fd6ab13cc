"""The report as a table for the terminal."""

import io

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.preflight.finding import Finding, Severity
from harness.preflight.report import Report, Verdict

_STYLES = {Severity.BLOCKER: "bold red", Severity.WARNING: "yellow"}
_VERDICT_STYLES = {Verdict.BLOCKED: "red", Verdict.INCOMPLETE: "yellow", Verdict.PASSED: "green"}
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
    for part in report.not_read:
        console.print(f"[{'yellow' if part.matters else 'dim'}]not read: {escape(str(part))}[/]")
    console.print(f"[{_VERDICT_STYLES[report.verdict]}]{_summary(report)}[/]")


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
    fact = [] if finding.fact == "rule" else [f"[dim]From:[/] {escape(finding.fact)}"]
    return "\n".join([*lines, *fact, f"[dim]Fix:[/] {escape(finding.remedy)}"])


def _summary(report: Report) -> str:
    counts = [
        f"{len(found)} {name}{'' if len(found) == 1 else 's'}"
        for name, found in (("blocker", report.blockers), ("warning", report.warnings))
        if found
    ]
    if report.incomplete:
        counts.append(f"incomplete: {report.incomplete}")
    summary = f"preflight: {', '.join(counts)}" if counts else "preflight: no findings"
    return f"{summary} ({len(report.suppressed)} suppressed)" if report.suppressed else summary
