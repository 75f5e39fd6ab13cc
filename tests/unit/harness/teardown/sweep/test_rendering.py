"""The report of a sweep on a terminal."""

import io
from dataclasses import replace

from rich.console import Console

from harness.aws.resources.resource import Kind, Resource
from harness.teardown.proof import Leftover
from harness.teardown.sweep.removal import Outcome
from harness.teardown.sweep.rendering import render_sweep
from harness.teardown.sweep.report import SweepReport, SweptRun
from tests.unit.harness.aws.resources.fake_account import SUFFIX, vpc

RUN = SweptRun(
    SUFFIX,
    "expired at 2026-05-31T22:00:00Z",
    (vpc(), vpc("vpc-2")),
    state=("s3://states/pr1/catalog.tfstate",),
)
REPORT = SweepReport("aws", "eu-north-1", dry_run=True, runs=(RUN,))


def shown(*reports: SweepReport) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(render_sweep(reports))
    return console.export_text()


def test_a_dry_run_lists_by_run_with_the_reason_and_the_option_that_removes_it() -> None:
    text = shown(REPORT)

    assert "pr1 (aws eu-north-1): expired at 2026-05-31T22:00:00Z" in text
    assert "found  ec2 VPC vpc-2" in text
    assert "state: s3://states/pr1/catalog.tfstate" in text
    assert "a dry run: 2 resource(s) of 1 run(s) would be removed; --yes removes them" in text


def test_what_was_removed_and_what_was_not() -> None:
    outcomes = (Outcome(vpc()), Outcome(vpc("vpc-2"), "DeleteVpc: AccessDenied: no"))
    left = (Leftover(Resource(Kind.VPC, "vpc-2"), "by tag"),)
    run = replace(RUN, outcomes=outcomes, left=left, proof="queried", errors=("no state",))
    text = shown(replace(REPORT, dry_run=False, runs=(run,)))

    assert "removed  ec2 VPC vpc-1" in text
    assert "failed   ec2 VPC vpc-2: DeleteVpc: AccessDenied: no" in text
    assert "still there: ec2 VPC vpc-2 (by tag)" in text
    assert "error: no state" in text
    assert "NOT CLEAN" in text


def test_what_was_left_alone_is_counted_by_reason_and_services_that_failed_are_named() -> None:
    report = replace(
        REPORT,
        skipped={vpc(): "not named", vpc("vpc-2"): "not named"},
        unavailable={"ecr": "not offered"},
        failed={"iam": "AccessDenied"},
    )
    text = shown(report)

    assert "left alone: 2 resource(s), not named" in text
    assert "unavailable: ecr: not offered" in text
    assert "error: iam: AccessDenied" in text


def test_nothing_and_all_of_it() -> None:
    assert "nothing to sweep" in shown(replace(REPORT, runs=()))
    clean = replace(RUN, outcomes=(Outcome(vpc()),), proof="queried")
    text = shown(replace(REPORT, dry_run=False, runs=(clean,)))
    assert "swept 1 run(s); nothing of them is left" in text
