"""``catalog-harness sweep``: remove the resources that runs left behind."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click
from rich.console import Console

from harness.catalog import CATALOG
from harness.cli.options import format_option, harness_options, settings_from
from harness.cli.session import observed_run
from harness.core.errors import HarnessError
from harness.deploy.guards.request import guard_account, guard_location
from harness.pipeline.lifetime import teardown
from harness.run.ledger import Ledger, RunRecord
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.factory import create_target, target_type
from harness.teardown.proof import TeardownProof
from harness.teardown.sweep.embedded_clouds import sweep_clouds
from harness.teardown.sweep.recorded_runs import SweepRequest, sweep_target
from harness.teardown.sweep.rendering import render_sweep
from harness.teardown.sweep.report import SweepReport

_MAX_WIDTH = 120


@click.command()
@harness_options(
    "target",
    "region",
    "endpoint-url",
    "account-id",
    "allowed-regions",
    "state-bucket",
    "state-bucket-region",
    state_bucket="S3 bucket with the Terraform states of the runs",
    state_bucket_region="region of that bucket (default: --region)",
    target="where to sweep; with 'embedded' the clouds of the runs on record",
)
@click.option(
    "--environment-suffix",
    "suffixes",
    multiple=True,
    metavar="SUFFIX",
    help="Sweep this run, expired or not, and no other unless --expired is given (repeatable).",
)
@click.option(
    "--expired",
    is_flag=True,
    help="Sweep the runs whose expires-at is past (default without --environment-suffix).",
)
@click.option(
    "--yes", "remove", is_flag=True, help="Remove the resources; by default they are only listed."
)
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
    """List the resources that runs left behind; remove them with --yes.

    Searches the ledger, the state bucket, and every service that the stack uses. Only resources
    with the tags of this project that belong to an expired or named run are swept, and the parts
    of such resources. Every service is queried again at the end: exit status 1 if anything is
    left, or if the record of a run cannot be read. A run whose process is alive is left alone:
    exit status 2 if it was named or has expired.
    """
    settings = settings_from(given)
    ledger = Ledger(settings.home)
    for suffix in suffixes:
        if owner := ledger.owner(suffix):
            owner.require_not(suffix)
    request = SweepRequest(
        in_use=ledger.owners(),
        suffixes=suffixes,
        expired_before=datetime.now(UTC) if expired or not suffixes else None,
        remove=remove,
        state_bucket=settings.state_bucket,
        state_region=settings.state_bucket_region,
    )
    reports = _swept(settings, ledger, request)
    unreadable = ledger.unreadable()
    _print(reports, unreadable, layout)
    if unreadable or not all(report.is_clean for report in reports):
        context.exit(1)
    for record in filter(request.has_expired, ledger.records()):
        if owner := request.in_use.get(record.environment_suffix):
            owner.require_not(record.environment_suffix)


def _swept(
    settings: HarnessSettings, ledger: Ledger, request: SweepRequest
) -> tuple[SweepReport, ...]:
    destroy = partial(_destroy, settings)
    if target_type(settings.target).is_per_run:
        region = settings.region
        return tuple(
            sweep_clouds(request, region=region, stack=CATALOG, ledger=ledger, teardown=destroy)
        )
    target = _permitted_target(settings)
    attachment = target.start()
    try:
        report = sweep_target(
            target, attachment, request, stack=CATALOG, ledger=ledger, teardown=destroy
        )
        return (report,)
    finally:
        target.stop()


def _permitted_target(settings: HarnessSettings) -> Target:
    """Return the target; a real account must pass the same guards as for a run."""
    is_account = target_type(settings.target).is_account
    if is_account:
        guard_location(settings)
    target = create_target(settings, owner_pid=None)
    if is_account:
        guard_account(settings, target.identity)
    return target


def _destroy(settings: HarnessSettings, record: RunRecord) -> TeardownProof | None:
    """Destroy a run on record, with its progress on standard error."""
    named = replace(settings, environment_suffix=record.environment_suffix, reuse_stack=True)
    with observed_run(named, Console(stderr=True), keep=True) as run:
        return teardown(run)


def _print(
    reports: tuple[SweepReport, ...], unreadable: tuple[HarnessError, ...], layout: str
) -> None:
    for error in unreadable:
        click.echo(f"Error: {error}", err=True)
    if layout == "json":
        content = {
            "clean": not unreadable and all(report.is_clean for report in reports),
            "targets": [report.to_dict() for report in reports],
            "unreadable": [error.message for error in unreadable],
        }
        click.echo(json.dumps(content, indent=2))
        return
    console = Console()
    console.print(render_sweep(reports), width=min(console.width, _MAX_WIDTH))
