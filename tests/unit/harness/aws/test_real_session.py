"""Sessions of ``aws login`` are refused where Terraform is to use the credentials."""

from pathlib import Path

import pytest

from harness.aws.real_session import aws_session, refuse_login_session
from harness.core.errors import UsageError

LOGIN = "login_session = arn:aws:sts::123456789012:assumed-role/admin/me"
KEYS = "aws_access_key_id = AKIA\naws_secret_access_key = secret"


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return config


def check() -> None:
    refuse_login_session(aws_session("eu-north-1"))


def test_a_login_session_is_refused_with_the_command_that_exports_it(configure: Path) -> None:
    configure.write_text(f"[default]\n{LOGIN}\n")

    with pytest.raises(UsageError, match="profile default are a session of `aws login`") as caught:
        check()

    assert "aws configure export-credentials --format env" in caught.value.remedy


def test_a_role_assumed_from_a_login_session_is_refused_with_its_profile(
    configure: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "ci")
    configure.write_text(
        f"[profile me]\n{LOGIN}\n"
        "[profile ci]\nrole_arn = arn:aws:iam::123456789012:role/ci\nsource_profile = me\n"
    )

    with pytest.raises(UsageError, match="profile me are") as caught:
        check()

    assert "export-credentials --profile me --format env" in caught.value.remedy


def test_keys_in_the_environment_take_precedence(
    configure: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure.write_text(f"[default]\n{LOGIN}\n")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    check()


@pytest.mark.parametrize(
    "config",
    [
        f"[default]\n{KEYS}\n",
        f"[profile me]\n{LOGIN}\n[default]\n{KEYS}\n",
        f"[profile me]\n{KEYS}\n[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = me\n",
        "",
    ],
    ids=["keys", "another profile", "role of keys", "nothing"],
)
def test_any_other_credentials_pass(configure: Path, config: str) -> None:
    configure.write_text(config)

    check()
