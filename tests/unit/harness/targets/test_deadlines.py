"""Deadlines: an account is given more time than what plays one."""

import pytest

from harness.targets.deadlines import pace_of
from harness.targets.embedded.target import EmbeddedTarget
from harness.targets.real_aws import AwsTarget


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> AwsTarget:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return AwsTarget(region="eu-north-1")


def test_aws_takes_its_time_in_everything(account: AwsTarget) -> None:
    aws, emulated = pace_of(account), pace_of(EmbeddedTarget(region="eu-north-1"))

    assert aws.apply > 3600
    assert aws.destroy > 3600
    assert aws.patience > emulated.patience
    assert aws.proof > emulated.proof


def test_a_rehearsal_is_as_quick_as_the_emulator(
    account: AwsTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(account.__dict__, "rehearsal", "http://127.0.0.1:1")

    assert pace_of(account) == pace_of(EmbeddedTarget(region="eu-north-1"))
