"""Credentials must be valid until the end of a run and its teardown."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.credentials import Credentials, RefreshableCredentials

from harness.core.errors import UsageError
from harness.deploy.guards.credentials import guard_credentials


@pytest.fixture
def notes() -> list[str]:
    return []


class Session(boto3.Session):
    """A session with these credentials."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def get_credentials(self) -> Credentials:
        return self._credentials


def refreshable(*, minutes: float, method: str = "custom-process") -> Session:
    end = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    metadata = {"access_key": "A", "secret_key": "s", "token": "t", "expiry_time": end}
    return Session(RefreshableCredentials.create_from_metadata(metadata, lambda: metadata, method))


def test_credentials_of_a_user_do_not_expire(notes: list[str]) -> None:
    guard_credentials(Session(Credentials("A", "s")), minutes=120, note=notes.append)

    assert notes == []


def test_credentials_that_outlast_run_and_teardown_pass(notes: list[str]) -> None:
    guard_credentials(refreshable(minutes=160), minutes=120, note=notes.append)

    assert notes == []


def test_credentials_that_expire_during_the_teardown_are_refused_with_the_minutes_left(
    notes: list[str],
) -> None:
    with pytest.raises(
        UsageError,
        match=r"expire in about (99|100) minutes; the run may take 120 and its teardown 30",
    ):
        guard_credentials(refreshable(minutes=100.5), minutes=120, note=notes.append)


@pytest.mark.parametrize("method", ["assume-role-with-web-identity", "sso", "iam-role"])
def test_renewable_credentials_pass_at_any_expiration(method: str, notes: list[str]) -> None:
    guard_credentials(refreshable(minutes=30, method=method), minutes=120, note=notes.append)


def test_session_credentials_with_unknown_expiration_are_noted(notes: list[str]) -> None:
    guard_credentials(Session(Credentials("A", "s", "token")), minutes=120, note=notes.append)

    assert "AWS_CREDENTIAL_EXPIRATION is not set" in notes[0]
    assert "150 minutes" in notes[0]
