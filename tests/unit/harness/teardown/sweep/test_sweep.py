"""The whole sweep of a target: list, choose, delete, prove."""

from datetime import datetime
from typing import Any

from harness.aws.capability import Capability
from harness.aws.resources.resource import Kind, Resource
from harness.catalog import CATALOG
from harness.teardown.proof import Leftover
from harness.teardown.sweep.removal import Outcome
from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import SweepFilter
from harness.teardown.sweep.sweep import sweep
from tests.unit.harness.aws.resources.fake_account import NOW, SUFFIX, SweptTarget, tags, upper, vpc
from tests.unit.harness.checks.fake_aws import Answer, RefusalError


class Account:
    """An account with VPCs that can be deleted."""

    def __init__(self, **vpcs: dict[str, str]) -> None:
        self.vpcs = {f"vpc-{key}": value for key, value in vpcs.items()}
        self.interfaces: list[dict[str, Any]] = []
        self.refused: set[str] = set()
        self.target = SweptTarget(
            {
                "ec2.DescribeVpcs": self._describe,
                "ec2.DeleteVpc": self._delete,
                "ec2.DescribeNetworkInterfaces": lambda _: {"NetworkInterfaces": self.interfaces},
            }
        )

    def sweep(
        self, *suffixes: str, expired_before: datetime | None = None, **options: Any
    ) -> SweepReport:
        return sweep(
            self.target.as_target,
            CATALOG,
            SweepFilter(frozenset(suffixes), expired_before),
            patience=0.0,
            **options,
        )

    def answer(self, operation: str, answer: Answer) -> None:
        self.target.answers[operation] = answer

    def _describe(self, _: object) -> dict[str, Any]:
        return {"Vpcs": [{"VpcId": key, "Tags": upper(tags)} for key, tags in self.vpcs.items()]}

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["VpcId"] in self.refused:
            raise RefusalError("UnauthorizedOperation", "not you")
        del self.vpcs[request["VpcId"]]
        return {}


def test_a_dry_run_only_lists() -> None:
    account = Account(a=tags())

    report = account.sweep(expired_before=NOW)

    [run] = report.runs
    assert run.resources == (vpc("vpc-a"),)
    assert report.dry_run
    assert report.is_clean
    assert account.vpcs


def test_what_is_removed_is_proved_to_be_gone() -> None:
    account = Account(a=tags(), b=tags("pr2"), c=tags("alive", "2999-01-01T00:00:00Z"))

    report = account.sweep(expired_before=NOW, remove=True)

    assert [run.environment_suffix for run in report.runs] == [SUFFIX, "pr2"]
    assert all(run.is_clean for run in report.runs)
    assert report.runs[0].proof == f"14 services queried for {SUFFIX}: nothing left"
    assert list(account.vpcs) == ["vpc-c"]


def test_what_cannot_be_removed_is_in_the_outcomes_and_in_the_proof() -> None:
    account = Account(a=tags(), b=tags("pr2"))
    account.refused = {"vpc-a"}

    report = account.sweep(expired_before=NOW, remove=True)

    refused, other = report.runs
    assert not report.is_clean
    assert [outcome.error for outcome in refused.failed] == [
        "DeleteVpc: UnauthorizedOperation: not you"
    ]
    assert [left.resource.identifier for left in refused.left] == ["vpc-a"]
    assert other.is_clean


def test_what_is_another_projects_is_no_leftover_nor_are_its_parts() -> None:
    account = Account(a=tags(), b={**tags(), "Project": "another"})
    account.interfaces = [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-b"}]

    report = account.sweep(SUFFIX, remove=True)

    assert report.runs[0].is_clean
    assert list(account.vpcs) == ["vpc-b"]
    assert [each.identifier for each in report.skipped] == ["vpc-b"]


def test_excepted_resources_are_left_with_their_parts() -> None:
    account = Account(a=tags(), b=tags())
    account.interfaces = [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-b"}]

    report = account.sweep(SUFFIX, except_for={"vpc-b"}, remove=True)

    assert [each.identifier for each in report.runs[0].removed] == ["vpc-a"]
    assert list(account.vpcs) == ["vpc-b"]


def test_a_named_run_of_which_nothing_is_there_is_proved_too() -> None:
    [run] = Account().sweep("gone", remove=True).runs

    assert run.is_clean
    assert run.resources == ()


def test_a_service_that_fails_makes_the_sweep_unclean() -> None:
    def refuse(_: object) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    account = Account(a=tags())
    account.answer("iam.ListRoles", refuse)

    report = account.sweep(expired_before=NOW, remove=True)

    assert list(report.failed) == ["iam"]
    assert not report.is_clean
    assert report.runs[0].errors[0].startswith("no teardown proof: ")
    assert account.vpcs == {}, "the others are swept all the same"


def test_a_service_that_the_target_lacks_is_named() -> None:
    account = Account()
    account.target.lacking = {Capability.CLOUDFRONT: "not in the licence"}

    assert account.sweep(expired_before=NOW).unavailable == {"cloudfront": "not in the licence"}


def test_the_report_as_plain_values() -> None:
    resource = Resource(Kind.BUCKET, "b", tags=tags())
    failed = Outcome(resource, "DeleteBucket: AccessDenied: no", "a last access log arrived")
    run = SweptRun(
        SUFFIX,
        "named",
        (resource, vpc()),
        outcomes=(failed,),
        left=(Leftover(resource, "by name"),),
        proof="queried",
    )
    report = SweepReport("aws", "eu-north-1", dry_run=False, runs=(run,))

    [plain] = report.to_dict()["runs"]
    assert plain["resources"][0] == {
        "kind": "s3 bucket",
        "identifier": "b",
        "name": "",
        "environment_suffix": SUFFIX,
        "outcome": "failed",
        "error": "DeleteBucket: AccessDenied: no",
        "waited_for": "a last access log arrived",
    }
    assert "outcome" not in plain["resources"][1]
    assert plain["left"] == ["s3 bucket b (by name)"]
    assert report.to_dict()["clean"] is False
