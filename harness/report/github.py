"""The report in a job of GitHub Actions: annotations, and a summary of the step in Markdown."""

import html
import os
from pathlib import Path

from harness.core.workflow_command import annotation
from harness.report.failures import failures
from harness.report.html import template_environment
from harness.report.model import RunReport
from harness.report.text import duration, one_line, shortened, visible
from harness.report.views import headline

_MOST = 10  # GitHub shows no more annotations of a step
_LONGEST = 3000


def report_to_github(report: RunReport) -> list[str]:
    """Add a report to the summary of the step; does nothing outside of GitHub Actions.

    Returns:
        The lines to print, an annotation each.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))
    return [
        annotation("error", shortened(visible(each.text), _LONGEST), title=one_line(each.title))
        for each in failures(report)[:_MOST]
    ]


def step_summary(report: RunReport) -> str:
    """Return the summary in Markdown; no text of another program can break its form."""
    # ``_text`` escapes for Markdown.
    environment = template_environment().overlay(autoescape=False, finalize=_text)
    return environment.get_template("summary.html").render(
        report=report,
        headline=headline(report),
        failures=failures(report),
        duration=duration,
        shortened=lambda text: shortened(text, _LONGEST),
    )


def _text(value: object) -> str:
    text = html.escape(visible(str(value))).replace("|", "&#124;").replace("`", "&#96;")
    return text.replace("\n", "<br>")
