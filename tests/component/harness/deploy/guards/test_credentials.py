"""Credentials of a real credential process."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.aws.real_session import aws_session
from harness.core.errors import UsageError
from harness.deploy.guards.credentials import guard_credentials


def test_a_credential_process_with_expired_credentials_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "credentials.py"
    given = {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t"}
    past = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    program.write_text(f"print({json.dumps(json.dumps({**given, 'Expiration': past}))})")
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = {sys.executable} {program}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    with pytest.raises(UsageError, match=r"cannot be renewed: .*expired"):
        guard_credentials(aws_session("eu-north-1"), minutes=120, note=print)
