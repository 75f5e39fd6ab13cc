"""``catalog-harness sweep``: remove what runs left behind."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

from harness.catalog import CATALOG
from harness.cli.options import format_option, harness_options, settings_from
from harness.deploy.guards.request import guard_account, guard_place
from harness.pipeline.lifetime import teardown
from harness.report.progress import ConsoleObserver
from harness.run.ledger import Ledger
from harness.run.record import RunRecord
from harness.run.run import Run
from harness.run.timeline import Timeline
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.factory import create_target, target_type
from harness.teardown.sweep import SweepReport
from harness.teardown.sweep.embedded_clouds import sweep_clouds
from harness.teardown.sweep.recorded_runs import SweepRequest, sweep_target
from harness.teardown.sweep.rendering import render_sweep

_WIDEST = 120


@click.command()
@harness_options(
    "target",
    "region",
    "endpoint-url",
    "account-id",
    "allowed-regions",
    "state-bucket",
    "state-bucket-region",
    state_bucket="S3 bucket with the runs' Terraform states",
    state_bucket_region="region of that bucket (default: --region)",
    target="where to sweep; embedded clouds are those of the runs on record",
)
@click.option(
    "--environment-suffix",
    "suffixes",
    multiple=True,
    metavar="SUFFIX",
    help="Sweep this run, expired or not (repeatable; then no others, unless --expired).",
)
@click.option(
    "--expired",
    is_flag=True,
    help="Sweep the runs whose expires-at is past (the default when no suffix is named).",
)
@click.option("--yes", "remove", is_flag=True, help="Remove it; else it is only listed.")
@format_option
@click.pass_context
def sweep(
    context: click.Context,
    /,
    *,
    suffixes: tuple[str, ...],
    expired: bool,
    remove: bool,
    layout: str,
    **given: Any,
) -> None:
    """Find what runs left behind, and remove it with --yes.

    Asks the ledger, the state bucket, and every service that the stack uses. Swept is only what
    carries this project's tags and belongs to a run that has expired or was named, and what is a
    part of that. In the end each service is asked again: exit status 1 if anything is left.
    """
    settings = settings_from(given)
    ledger = Ledger(settings.home)
    for suffix in suffixes:
        ledger.directory(suffix)  # refuses what cannot be one
    request = SweepRequest(
        suffixes=suffixes,
        expired_before=datetime.now(UTC) if expired or not suffixes else None,
        remove=remove,
        state_bucket=settings.state_bucket,
        state_region=settings.state_bucket_region,
    )
    reports = _swept(settings, ledger, request)
    _print(reports, layout)
    context.exit(0 if all(report.is_clean for report in reports) else 1)


def _swept(
    settings: HarnessSettings, ledger: Ledger, request: SweepRequest
) -> tuple[SweepReport, ...]:
    end = _ender(settings, ledger)
    if target_type(settings.target).is_per_run:
        clouds = sweep_clouds(request, region=settings.region, ledger=ledger, teardown=end)
        return tuple(clouds)
    target = _permitted_target(settings)
    attachment = target.start()
    try:
        return (sweep_target(target, attachment, request, ledger=ledger, teardown=end),)
    finally:
        target.stop()


def _permitted_target(settings: HarnessSettings) -> Target:
    """Return the target, if it is a real account past the same guards as a run.

    Raises:
        UsageError: It is another account or region than the user means.
    """
    is_account = target_type(settings.target).is_account
    if is_account:
        guard_place(settings)
    target = create_target(settings, owner_pid=None)
    if is_account:
        guard_account(settings, target.identity)
    return target


def _ender(settings: HarnessSettings, ledger: Ledger) -> Callable[[RunRecord], object]:
    """Return what destroys a run on record, shown on standard error while it goes on."""

    def end(record: RunRecord) -> object:
        suffix = record.environment_suffix
        with ConsoleObserver(Console(stderr=True)) as observer:
            run = Run(
                stack=CATALOG,
                settings=replace(settings, environment_suffix=suffix, reuse_stack=True),
                environment_suffix=suffix,
                ledger=ledger,
                timeline=Timeline(observer),
                owner_pid=None,
            )
            return teardown(run)

    return end


def _print(reports: tuple[SweepReport, ...], layout: str) -> None:
    if layout == "json":
        clean = all(report.is_clean for report in reports)
        content = {"clean": clean, "targets": [report.to_dict() for report in reports]}
        click.echo(json.dumps(content, indent=2))
        return
    console = Console()
    console.print(render_sweep(reports), width=min(console.width, _WIDEST))
