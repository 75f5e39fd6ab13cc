"""What the commands share: the run on a console, and its report at the end."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import click
from rich.console import Console

from harness.catalog import CATALOG
from harness.pipeline.outcome import RunOutcome
from harness.report.files import write_report
from harness.report.progress import ConsoleObserver
from harness.report.terminal import render_summary
from harness.run.ledger import Ledger
from harness.run.run import Run
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings, new_environment_suffix

_WIDEST = 120


@contextmanager
def observed_run(
    settings: HarnessSettings, console: Console, *, keep: bool = False
) -> Iterator[Run]:
    """Yield the run that the settings mean, shown on the console while it goes on.

    Args:
        settings: What the user set; ``reuse_stack`` means a run on record.
        console: Where progress is shown.
        keep: Whether an embedded cloud outlives this process.
    """
    ledger = Ledger(settings.home)
    suffix = (
        ledger.choose(settings.environment_suffix)
        if settings.reuse_stack
        else settings.environment_suffix or new_environment_suffix()
    )
    with ConsoleObserver(console) as observer:
        yield Run(
            stack=CATALOG,
            settings=settings,
            environment_suffix=suffix,
            ledger=ledger,
            timeline=Timeline(observer),
            owner_pid=None if keep else os.getpid(),
        )


@contextmanager
def reported(settings: HarnessSettings, *, keep: bool = False) -> Iterator[tuple[Run, RunOutcome]]:
    """Yield a run and what is collected for its report; print and write the report at the end.

    An error of the body is in the report first of all, and is then raised. One that came
    before the run was on record has no report.
    """
    console = Console()
    outcome = RunOutcome()
    with ExitStack() as at_the_end, observed_run(settings, console, keep=keep) as run:
        at_the_end.callback(_finish, run, outcome, console)
        try:
            yield run, outcome
        except BaseException as error:
            outcome.errors.insert(0, error)
            raise


def _finish(run: Run, outcome: RunOutcome, console: Console) -> None:
    report = outcome.report(run)
    if report is None:
        return
    console.print(render_summary(report, width=min(console.width, _WIDEST)))
    for path in write_report(report, run.settings.report_dir):
        click.echo(f"report: {path}")
