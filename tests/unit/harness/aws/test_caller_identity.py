"""The caller's identity, and whether it is still in the run's account."""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.aws.caller_identity import Identity, caller_identity, require_same
from harness.core.errors import UsageError
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

USER = "arn:aws:iam::123456789012:user/nightly"


def test_sts_returns_the_identity() -> None:
    aws = FakeAws.answering({"sts.GetCallerIdentity": {"Account": "123456789012", "Arn": USER}})

    assert caller_identity(aws) == Identity("123456789012", USER)


@pytest.mark.parametrize("error", [RefusalError("ExpiredToken"), RuntimeError("still expired")])
def test_refused_credentials_are_for_the_user_to_fix(error: Exception) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise error

    with pytest.raises(UsageError, match=r"not accept these credentials: .*xpired(.*\n)*.*aws sso"):
        caller_identity(FakeAws.answering({"sts.GetCallerIdentity": refuse}))


@pytest.mark.parametrize(
    ("arn", "is_root"),
    [
        ("arn:aws:iam::123456789012:root", True),
        (USER, False),
        ("arn:aws:sts::123456789012:assumed-role/operator/root", False),
    ],
)
def test_the_root_user_is_recognised_by_its_arn(arn: str, is_root: bool) -> None:
    assert Identity("123456789012", arn).is_root is is_root


class TestSameAsBefore:
    THEN: Mapping[str, str] = {"account": "123456789012", "endpoint": ""}

    def test_the_same_account_is_accepted(self) -> None:
        require_same(self.THEN, dict(self.THEN))

    @pytest.mark.parametrize(
        ("now", "message"),
        [
            ({"account": "999999999999"}, "belongs to account 123456789012.* has 999999999999"),
            (
                {"endpoint": "http://127.0.0.1:1"},
                "endpoint of AWS itself, this process has http://127.0.0.1:1",
            ),
        ],
    )
    def test_another_one_is_refused(self, now: dict[str, str], message: str) -> None:
        with pytest.raises(UsageError, match=message):
            require_same(self.THEN, {**self.THEN, **now})
