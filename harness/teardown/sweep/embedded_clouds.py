"""Sweeping embedded clouds: they are in the ledger, and each ends with its run."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from harness.core.errors import EmulatorError, HarnessError
from harness.run.ledger import Ledger, RunRecord
from harness.run.stack_definition import StackDefinition
from harness.targets.factory import attach_target, target_type
from harness.teardown.sweep.recorded_runs import SweepRequest
from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import NAMED, SweepFilter
from harness.teardown.sweep.sweep import sweep

_ENDED = "its embedded cloud has ended, and everything in it"


def sweep_clouds(
    request: SweepRequest,
    *,
    region: str,
    stack: StackDefinition,
    ledger: Ledger,
    teardown: Callable[[RunRecord], object],
) -> Iterator[SweepReport]:
    """Yield a report for each run that is swept: the requested ones, and those of ended clouds.

    Args:
        teardown: Destroys a run on record and ends its cloud; of a cloud that has ended it
            removes what is left on this machine.
    """
    for record in ledger.records():
        if record.environment_suffix in request.in_use:
            continue
        abandoned = ledger.why_abandoned(record)
        named = record.environment_suffix in request.suffixes
        is_cloud = record.region == region and target_type(record.target).is_per_run
        if is_cloud and (named or not request.suffixes):
            report = _report(record, request, stack, abandoned)
            if report is not None:
                yield _removed(report, record, teardown) if request.remove else report


def _report(
    record: RunRecord, request: SweepRequest, stack: StackDefinition, abandoned: str
) -> SweepReport | None:
    """Return what there is of a run in its cloud; None if it is not to be swept."""
    suffix = record.environment_suffix
    why = _why(record, request) or abandoned
    if not record.attachment:
        return _one(record, why) if why else None
    try:
        target = attach_target(record.target, record.region, record.attachment)
    except EmulatorError:
        return _one(record, _ENDED)
    if not why:
        return None
    found = sweep(target, stack, SweepFilter({suffix}))
    (run,) = found.runs
    return replace(found, runs=(replace(run, why=why),))


def _why(record: RunRecord, request: SweepRequest) -> str:
    if record.environment_suffix in request.suffixes:
        return NAMED
    return f"expired at {record.expires_at}" if request.has_expired(record) else ""


def _one(record: RunRecord, why: str) -> SweepReport:
    note = f"on record as {record.status} since {record.started_at}"
    run = SweptRun(record.environment_suffix, why, (), notes=(note,))
    return SweepReport(record.target, record.region, dry_run=True, runs=(run,))


def _removed(
    report: SweepReport, record: RunRecord, teardown: Callable[[RunRecord], object]
) -> SweepReport:
    (run,) = report.runs
    try:
        proof = teardown(record)
    except HarnessError as error:
        run = replace(run, errors=(error.message,))
    else:
        run = replace(run, proof=str(proof or _ENDED))
    return replace(report, dry_run=False, runs=(run,))
