"""What must be set before any request to AWS, and which caller identity is accepted."""

from typing import Any

import pytest

from harness.aws.caller_identity import Identity
from harness.catalog import CATALOG
from harness.core.errors import UsageError
from harness.deploy.guards.request import guard_account, guard_request
from harness.settings.settings import HarnessSettings

ACCOUNT = "123456789012"
COMPLETE: dict[str, Any] = {
    "target": "aws",
    "account_id": ACCOUNT,
    "image": "123.dkr.ecr.eu-north-1.amazonaws.com/catalog-api:1",
    "state_bucket": "states",
}


def guard(**changes: Any) -> None:
    settings = HarnessSettings(**{**COMPLETE, **changes})
    config = CATALOG.configure(settings, "pr1")
    guard_request(settings, config)
    CATALOG.guard_account(settings, config)


def test_a_complete_request_passes() -> None:
    guard()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region": "us-east-1"}, r"region us-east-1 is not among .*eu-north-1\n.*--allowed-reg"),
        ({"account_id": None}, r"--account-id: not given\n.*sts get-caller-identity"),
        ({"account_id": "12345"}, "--account-id: '12345' is not an account id"),
        ({"image": None}, r"--image: not given.*\n.*image publish"),
        ({"state_bucket": None}, r"--state-bucket: not given\n.*TERRAFORM_STATE_BUCKET"),
    ],
    ids=["region", "no account", "bad account", "image", "bucket"],
)
def test_what_is_missing_is_refused_with_what_to_do(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        guard(**changes)

    assert raised.value.exit_code == 2


def test_a_region_can_be_allowed() -> None:
    guard(region="eu-west-1", allowed_regions="eu-north-1, eu-west-1")


@pytest.mark.parametrize(
    "stack", [{"image": "mine:1"}, {"tiers": ["network", "storage"]}], ids=["file", "no service"]
)
def test_an_image_is_required_only_where_none_is_set_and_tasks_run(
    stack: dict[str, Any],
) -> None:
    guard(image=None, stack_settings=stack)


class TestAccount:
    SETTINGS = HarnessSettings(**COMPLETE)

    def test_a_role_of_the_account_passes(self) -> None:
        guard_account(
            self.SETTINGS, Identity(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci")
        )

    def test_another_account_is_refused_with_both_named(self) -> None:
        other = Identity("999999999999", "arn:aws:iam::999999999999:user/me")

        with pytest.raises(UsageError, match=r"account 999999999999 .*user/me.* is 123456789012"):
            guard_account(self.SETTINGS, other)

    def test_the_root_user_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"credentials of the root user.*:root"):
            guard_account(self.SETTINGS, Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"))
