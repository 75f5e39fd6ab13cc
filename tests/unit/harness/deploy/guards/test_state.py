"""The state bucket must exist in its region, and must not hold the state of another run."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.response import StreamingBody

from harness.core.errors import UsageError
from harness.deploy.guards.state import guard_state
from stack.config import StackConfig
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

LOCK = {
    "ID": "7b1c",
    "Operation": "OperationTypeApply",
    "Who": "ci@runner-1",
    "Created": "2026-11-25T20:00:00Z",
}
NO_KEY = RefusalError("NoSuchKey")


def config(**changes: Any) -> StackConfig:
    values = {"environment_suffix": "pr1", "state_bucket": "states", **changes}
    return StackConfig.from_mapping(values)


def objects(**bodies: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Respond with the objects of a bucket: ``state`` and ``lock``."""
    keys = {"pr1/catalog.tfstate": "state", "pr1/catalog.tfstate.tflock": "lock"}

    def get(request: dict[str, Any]) -> dict[str, Any]:
        body = bodies.get(keys[request["Key"]])
        if body is None:
            raise NO_KEY
        return {"Body": StreamingBody(io.BytesIO(body.encode()), len(body.encode()))}

    return get


def answering(
    get: Callable[[dict[str, Any]], dict[str, Any]], *, region: str = "eu-north-1"
) -> FakeAws:
    return FakeAws.answering({"s3.HeadBucket": {"BucketRegion": region}, "s3.GetObject": get})


def refusing(code: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code)

    return refuse


def test_an_empty_bucket_in_its_region_passes() -> None:
    guard_state(answering(objects()), config())


def test_a_response_without_the_region_of_the_bucket_passes() -> None:
    aws = FakeAws.answering({"s3.HeadBucket": {}, "s3.GetObject": objects()})

    guard_state(aws, config())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("404", "it does not exist"),
        ("403", "access denied"),
        ("SlowDown", "SlowDown"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_refused_with_the_reason(code: str, reason: str) -> None:
    aws = FakeAws.answering({"s3.HeadBucket": refusing(code)})

    with pytest.raises(UsageError, match=rf"state bucket states cannot be used: .*{reason}"):
        guard_state(aws, config())


def test_a_bucket_in_another_region_is_refused_with_the_required_option() -> None:
    with pytest.raises(
        UsageError, match=r"is in us-east-1, not in eu-north-1\n.*--state-bucket-region us-east-1"
    ):
        guard_state(answering(objects(), region="us-east-1"), config())


def test_the_region_of_the_bucket_can_be_set() -> None:
    guard_state(answering(objects(), region="us-east-1"), config(state_bucket_region="us-east-1"))


def test_a_locked_state_is_refused_with_its_holder() -> None:
    aws = answering(objects(lock=json.dumps(LOCK)))

    with pytest.raises(
        UsageError,
        match=r"s3://states/pr1/catalog.tfstate is locked since 2026-11-25\S+ by ci@runner-1",
    ) as raised:
        guard_state(aws, config())

    assert "delete s3://states/pr1/catalog.tfstate.tflock" in raised.value.remedy


@pytest.mark.parametrize("lock", ["", "not JSON", "[]", '{"ID": "1"}'])
def test_an_unreadable_lock_is_refused_too(lock: str) -> None:
    with pytest.raises(UsageError, match=r"catalog.tfstate is locked$|is locked\n"):
        guard_state(answering(objects(lock=lock)), config())


def test_the_state_of_another_run_with_this_suffix_is_refused() -> None:
    with pytest.raises(UsageError, match="holds the state of another run with the suffix pr1"):
        guard_state(answering(objects(state="{}")), config())


def test_a_state_without_read_permission_is_refused_with_the_required_permissions() -> None:
    with pytest.raises(UsageError, match=r"cannot be read: .*AccessDenied(.*\n)*.*s3:GetObject"):
        guard_state(answering(refusing("AccessDenied")), config())
