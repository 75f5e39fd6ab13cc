"""Terraform states in a bucket."""

import io
import json
from typing import Any

import pytest

from harness.aws.tags import parse_time
from harness.catalog import CATALOG
from harness.catalog.names import state_key
from harness.core.errors import TargetError, UsageError
from harness.run.ledger import RunRecord, RunStatus
from harness.teardown.remote_state import (
    StateObject,
    find_states,
    remove_state,
    remove_state_of,
)
from tests.unit.harness.aws.resources.fake_account import FUTURE, PAST
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError
from tests.unit.harness.fake_target import UnusedTarget

BUCKET = "states"


def state(*times: str | None) -> bytes:
    instances = [
        {"attributes": {"tags_all": {"expires-at": time} if time else None}} for time in times
    ]
    return json.dumps({"resources": [{"instances": instances}]}).encode()


def found(bodies: dict[str, bytes]) -> tuple[StateObject, ...]:
    answers: dict[str, Answer] = {
        "s3.ListObjectsV2": {"Contents": [{"Key": key} for key in bodies]},
        "s3.GetObject": lambda request: {"Body": io.BytesIO(bodies[request["Key"]])},
    }
    return find_states(FakeAws.answering(answers).client("s3"), BUCKET, state_key)


def test_a_state_is_recognised_by_its_key_with_its_lock_and_the_time_in_it() -> None:
    key, lock = "pr1/catalog.tfstate", "pr1/catalog.tfstate.tflock"

    assert found({key: state(PAST, FUTURE, None), lock: b"{}"}) == (
        StateObject(BUCKET, (key, lock), "pr1", parse_time(FUTURE)),
    )


def test_what_is_no_state_of_the_stack_is_left_alone() -> None:
    keys = ("catalog.tfstate", "a/b/catalog.tfstate", "pr1/other.tfstate", "pr1/catalog.tfstate.x")

    assert found(dict.fromkeys(keys, b"{}")) == ()


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"resources": 1}', state("soon")])
def test_a_state_without_a_time_has_none(body: bytes) -> None:
    [only] = found({"pr1/catalog.tfstate": body})

    assert only.expires_at is None
    assert only.places == ("s3://states/pr1/catalog.tfstate",)


def test_a_lock_alone_is_of_a_run_too() -> None:
    [only] = found({"pr1/catalog.tfstate.tflock": b"{}"})

    assert only.places == ("s3://states/pr1/catalog.tfstate.tflock",)


def test_a_bucket_that_does_not_exist_is_one_clear_error() -> None:
    def refuse(_: object) -> dict[str, Any]:
        raise RefusalError("NoSuchBucket")

    client = FakeAws.answering({"s3.ListObjectsV2": refuse}).client("s3")
    with pytest.raises(UsageError, match="'states' cannot be read: NoSuchBucket"):
        find_states(client, BUCKET, state_key)


def test_state_and_lock_are_deleted() -> None:
    aws = FakeAws.answering({"s3.DeleteObject": {}})

    remove_state(aws.client("s3"), StateObject(BUCKET, ("a", "b"), "pr1", None))

    assert [request["Key"] for request in aws.parameters_of("s3.DeleteObject")] == ["a", "b"]


class Target(UnusedTarget):
    """A target with this session."""

    def __init__(self, aws: FakeAws) -> None:
        self._aws = aws

    def session(self) -> FakeAws:
        return self._aws


class TestOfOneRun:
    def remove(self, aws: FakeAws, **config: Any) -> str | None:
        record = RunRecord(
            environment_suffix="pr1",
            target="aws",
            region="eu-north-1",
            status=RunStatus.DESTROYING,
            started_at="2026-01-01T00:00:00+00:00",
            config={"region": "eu-north-1", **config},
        )
        return remove_state_of(CATALOG, record, Target(aws))

    def test_a_state_that_is_kept_with_the_run_is_no_object(self) -> None:
        aws = FakeAws.answering({})

        assert self.remove(aws) is None
        assert aws.requests == []

    def test_state_and_lock_are_deleted(self) -> None:
        aws = FakeAws.answering({"s3.DeleteObject": {}})

        assert self.remove(aws, state_bucket="states") == "s3://states/pr1/catalog.tfstate"
        assert [request["Key"] for request in aws.parameters_of("s3.DeleteObject")] == [
            "pr1/catalog.tfstate",
            "pr1/catalog.tfstate.tflock",
        ]

    def test_one_that_cannot_be_deleted_is_an_error_though_nothing_else_is_left(self) -> None:
        def refuse(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError("AccessDenied")

        aws = FakeAws.answering({"s3.DeleteObject": refuse})
        with pytest.raises(
            TargetError, match=r"nothing is left .* s3://states/pr1/catalog.tfstate"
        ):
            self.remove(aws, state_bucket="states")
