"""All guards together: their order, and that a refusal creates nothing."""

from typing import Any

import boto3
import pytest

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.deploy.deploy import deploy
from harness.deploy.guards import require_permission
from harness.pipeline.lifetime import deployed
from harness.targets.real_aws import AwsTarget
from harness.terraform.errors import TerraformError
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError
from tests.unit.harness.fake_run import FakeRun, observer_of
from tests.unit.harness.terraform.fake_terraform import error, lines

ACCOUNT = "123456789012"
GIVEN: dict[str, Any] = {
    "target": "aws",
    "account_id": ACCOUNT,
    "state_bucket": "states",
    "image": "catalog-api:1",
}


class Account(AwsTarget):
    """An account with the responses of a test."""

    def __init__(self, aws: FakeAws, *, identity: Identity) -> None:
        super().__init__(region="eu-north-1")
        self._aws = aws
        self.__dict__["identity"] = identity
        self.__dict__["rehearsal"] = None

    def session(self) -> boto3.Session:
        return self._aws


def _refuse(code: str) -> Any:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code)

    return refuse


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws.answering(
        {
            "s3.HeadBucket": {},
            "s3.GetObject": _refuse("NoSuchKey"),
            "pricing.GetProducts": {"PriceList": []},
            "iam.SimulatePrincipalPolicy": {"EvaluationResults": []},
            "iam.GetRole": _refuse("AccessDenied"),
        }
    )


def account(aws: FakeAws, name: str = "user/nightly") -> Account:
    return Account(aws, identity=Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:{name}"))


def test_an_emulator_has_no_guards(fake_run: FakeRun) -> None:
    run = fake_run.run()

    require_permission(run, fake_run.target)

    assert observer_of(run).phases == []


def test_a_run_that_passes_all_guards_has_a_note_on_its_cost(
    fake_run: FakeRun, aws: FakeAws
) -> None:
    run = fake_run.run(**GIVEN)

    require_permission(run, account(aws))

    assert observer_of(run).phases == ["guards"]
    assert "estimated cost" in observer_of(run).notes[-1]
    assert list(dict.fromkeys(name for name, _ in aws.requests)) == [
        *("iam.SimulatePrincipalPolicy", "s3.HeadBucket", "s3.GetObject"),
        "pricing.GetProducts",
    ]


def test_missing_permissions_are_refused_before_anything_else_is_requested(
    fake_run: FakeRun, aws: FakeAws
) -> None:
    def deny(request: dict[str, Any]) -> dict[str, Any]:
        names = request["ActionNames"]
        results = [{"EvalActionName": each, "EvalDecision": "implicitDeny"} for each in names]
        return {"EvaluationResults": results}

    aws.answers["iam.SimulatePrincipalPolicy"] = deny

    with pytest.raises(UsageError, match=r"user/nightly lacks \d+ permission"):
        require_permission(fake_run.run(**GIVEN), account(aws))

    assert {name for name, _ in aws.requests} == {"iam.SimulatePrincipalPolicy"}


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"account_id": None}, "user/nightly", "--account-id"),
        ({}, "root", "root user"),
        ({"region": "us-east-1"}, "user/nightly", "region us-east-1 is not allowed"),
    ],
)
def test_a_refusal_by_the_settings_sends_no_request(
    fake_run: FakeRun, aws: FakeAws, changes: dict[str, Any], name: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        require_permission(fake_run.run(**{**GIVEN, **changes}), account(aws, name))

    assert aws.requests == []


def test_a_refused_run_is_not_on_record_and_needs_no_destroy(
    fake_run: FakeRun, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "harness.deploy.deploy.create_target", lambda *_, **__: account(aws, "root")
    )
    run = fake_run.run(**GIVEN)

    with pytest.raises(UsageError, match="root user") as raised, deployed(run):
        pass

    assert run.find_record() is None
    assert fake_run.verbs == []
    assert not hasattr(raised.value, "__notes__")


def test_the_state_is_kept_in_the_bucket_and_removed_after_the_proof(
    fake_run: FakeRun, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = account(aws)
    monkeypatch.setattr("harness.deploy.deploy.create_target", lambda *_, **__: target)
    monkeypatch.setattr("harness.teardown.destroy.attach_target", lambda *_: target)
    monkeypatch.setattr("harness.teardown.destroy.prove_teardown", lambda *_, **__: fake_run.proof)
    aws.answers |= {
        "s3.DeleteObject": {},
        "ec2.DescribeVpcEndpoints": {"VpcEndpoints": []},
        "ec2.DescribeSecurityGroups": {"SecurityGroups": []},
    }
    fake_run.synthesized = {"terraform": {"backend": {"s3": {"bucket": "states"}}}}
    run = fake_run.run(**GIVEN)

    with deployed(run):
        assert aws.parameters_of("s3.DeleteObject") == []

    assert aws.parameters_of("s3.DeleteObject") == [
        {"Bucket": "states", "Key": "pr1/catalog.tfstate"},
        {"Bucket": "states", "Key": "pr1/catalog.tfstate.tflock"},
    ]
    assert "the state s3://states/pr1/catalog.tfstate was removed" in observer_of(run).notes


def test_a_state_locked_by_another_run_is_left_to_that_run(
    fake_run: FakeRun, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = account(aws)
    monkeypatch.setattr("harness.deploy.deploy.create_target", lambda *_, **__: target)
    monkeypatch.setattr("harness.deploy.deploy.attach_target", lambda *_: target)
    fake_run.fail("apply", lines(error("Error acquiring the state lock")))
    run = fake_run.run(**GIVEN)

    with pytest.raises(TerraformError, match="state lock"):
        deploy(run)

    assert not run.record.applied
