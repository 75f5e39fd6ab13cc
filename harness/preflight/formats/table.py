"""The report as a table for the terminal."""

import io
from itertools import groupby

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
    rows.add_column("problem and fix", overflow="fold")
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in report.findings:
        groups.setdefault((each.severity, each.rule, each.fact, each.remedy), []).append(each)
    for found in groups.values():
        rows.add_row(_name(found), _text(found))
    return rows


def _name(found: list[Finding]) -> str:
    style = _STYLES[found[0].severity]
    where = escape(found[0].address) if len(found) == 1 else f"{len(found)} findings"
    return f"[{style}]{found[0].severity}[/]\n{escape(found[0].rule)}\n{where}"


def _text(found: list[Finding]) -> str:
    """Return each problem of a rule, and once what they have in common."""
    lines, first = [], found[0]
    for error, some in groupby(found, lambda each: " ".join(each.error.split())):
        for each in some:
            lines.append(escape(f"{each.address}: {each.message}" if found[1:] else each.message))
        lines += [f"[dim]Error of the deployment:[/] {escape(error)}"] if error else []
    lines += [] if first.fact == "rule" else [f"[dim]From:[/] {escape(first.fact)}"]
    return "\n".join([*lines, f"[dim]Fix:[/] {escape(first.remedy)}"])


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
