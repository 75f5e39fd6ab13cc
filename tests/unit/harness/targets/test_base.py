"""Deadlines: longer on AWS than on an emulator."""

import pytest

from harness.targets.embedded import EmbeddedTarget
from harness.targets.real_aws import AwsTarget


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> AwsTarget:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return AwsTarget(region="eu-north-1")


def test_all_deadlines_are_longer_on_aws(account: AwsTarget) -> None:
    aws, emulated = account.deadlines, EmbeddedTarget(region="eu-north-1").deadlines

    assert aws.apply > 3600
    assert aws.destroy > 3600
    assert aws.check > emulated.check
    assert aws.proof > emulated.proof


def test_a_rehearsal_has_the_deadlines_of_an_emulator(
    account: AwsTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(account.__dict__, "rehearsal", "http://127.0.0.1:1")

    assert account.deadlines == EmbeddedTarget(region="eu-north-1").deadlines
