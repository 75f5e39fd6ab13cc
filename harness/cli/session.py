"""Runs of the commands: progress on the console, and a report at the end."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
from rich.console import Console

from harness.catalog import CATALOG
from harness.pipeline.outcome import RunOutcome
from harness.report.files import write_report
from harness.report.github import report_to_github
from harness.report.history import remaining_time
from harness.report.json_lines import JsonObserver
from harness.report.progress import CLOSED_CONSOLE, ConsoleObserver
from harness.report.terminal import render_summary
from harness.run.ledger import Ledger
from harness.run.run import Run
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import HarnessSettings

_MAX_WIDTH = 120


@contextmanager
def observed_run(
    settings: HarnessSettings,
    console: Console,
    *,
    keep: bool = False,
    force: bool = False,
    observer: Observer | None = None,
) -> Iterator[Run]:
    """Yield and own the run that the settings describe, with its progress on the console.

    Args:
        settings: With ``reuse_stack`` a run on record is used.
        keep: Keep an embedded cloud running after this process.
        force: Ignore another process that owns the run.
        observer: Receives the progress in place of the console.

    Raises:
        RunInUseError: Another process owns the run and is alive.
    """
    ledger = Ledger(settings.home)
    suffix = ledger.suffix_for(settings)
    with ExitStack() as display:
        if observer is None:
            remaining = remaining_time(settings, whole=not keep)
            observer = display.enter_context(ConsoleObserver(console, remaining=remaining))
        run = Run(
            stack=CATALOG,
            settings=settings,
            environment_suffix=suffix,
            ledger=ledger,
            timeline=Timeline(observer),
            owner_pid=None if keep else os.getpid(),
        )
        with run.owned(click.get_current_context().command_path, force=force):
            yield run


@contextmanager
def reported(
    settings: HarnessSettings, *, keep: bool = False, as_json: bool = False
) -> Iterator[tuple[Run, RunOutcome]]:
    """Yield a run and its outcome; print and write the report at the end.

    With ``as_json``, standard output receives lines of JSON alone.

    An error of the body is the first error of the report and is raised again. Before the run was
    on record, only a refusal has a report.
    """
    console = Console()
    lines = JsonObserver(sys.stdout) if as_json else None
    outcome = RunOutcome()
    with (
        ExitStack() as at_the_end,
        observed_run(settings, console, keep=keep, observer=lines) as run,
    ):
        at_the_end.callback(_finish, run, outcome, console, lines)
        try:
            yield run, outcome
        except BaseException as error:
            outcome.errors.insert(0, error)
            raise


def _finish(run: Run, outcome: RunOutcome, console: Console, lines: JsonObserver | None) -> None:
    report = outcome.report(run)
    if report is None:
        return
    paths: tuple[Path, ...] = ()
    try:
        paths = write_report(report, run.settings.report_dir)
    finally:
        with suppress(*CLOSED_CONSOLE):
            for annotation in report_to_github(report):
                click.echo(annotation, err=True)
            if lines is not None:
                lines.finish(report)
            else:
                console.print(render_summary(report, width=min(console.width, _MAX_WIDTH)))
                for path in paths:
                    click.echo(f"report: {path}")
