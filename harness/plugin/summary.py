"""The harness's part of pytest's terminal summary."""

import pytest

from harness.core.errors import UsageError
from harness.pipeline.outcome import RunOutcome
from harness.report.files import write_report
from harness.report.terminal import plain_summary
from harness.run.run import Run

_WIDEST = 120


def write_summary(reporter: pytest.TerminalReporter, run: Run, outcome: RunOutcome) -> None:
    """Write evidence, durations and errors; write the report files and name them.

    Nothing is written when the session never came to need a stack.
    """
    report = outcome.report(run)
    if report is None:
        return
    reporter.section("catalog stack")
    for line in plain_summary(report, width=min(reporter._tw.fullwidth, _WIDEST)):
        reporter.write_line(line)
    try:
        for path in write_report(report, run.settings.report_dir):
            reporter.write_line(f"report: {path}")
    except UsageError as error:
        reporter.write_line(str(error), red=True)
