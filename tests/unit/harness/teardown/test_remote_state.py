"""The state in a bucket, when nothing is left that it could tell of."""

from typing import Any

import pytest

from harness.core.errors import TargetError
from harness.teardown.remote_state import remove_remote_state
from stack.config import StackConfig
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError


class Target:
    """A target with this session."""

    def __init__(self, aws: FakeAws) -> None:
        self._aws = aws

    def session(self) -> FakeAws:
        return self._aws


def remove(aws: FakeAws, **changes: Any) -> str | None:
    config = StackConfig.from_mapping({"environment_suffix": "pr1", **changes})
    return remove_remote_state(Target(aws), config.to_mapping())  # type: ignore[arg-type]


def test_a_state_that_is_kept_with_the_run_is_no_object() -> None:
    aws = FakeAws.answering({})

    assert remove(aws) is None
    assert aws.requests == []


def test_state_and_lock_go() -> None:
    aws = FakeAws.answering({"s3.DeleteObject": {}})

    assert remove(aws, state_bucket="states") == "s3://states/pr1/catalog.tfstate"
    assert [asked["Key"] for asked in aws.asked("s3.DeleteObject")] == [
        "pr1/catalog.tfstate",
        "pr1/catalog.tfstate.tflock",
    ]


def test_one_that_cannot_be_removed_is_an_error_though_nothing_else_is_left() -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    with pytest.raises(TargetError, match=r"nothing is left .* s3://states/pr1/catalog.tfstate"):
        remove(FakeAws.answering({"s3.DeleteObject": refuse}), state_bucket="states")
