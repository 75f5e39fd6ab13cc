"""The info file of a cloud, and the state of its supervisor."""

import os
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.core.redaction import MASK, redact, register_secret
from harness.emulator.cloud_info import INFO_FILE, LOG_FILE, CloudInfo, log_tail
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS, sample_cloud_info


def test_another_process_reads_what_the_supervisor_wrote(tmp_path: Path) -> None:
    info = sample_cloud_info(tmp_path, 1, database_tls=False)
    info.write()

    assert CloudInfo.read(tmp_path) == info


def test_a_missing_info_file_is_none(tmp_path: Path) -> None:
    assert CloudInfo.read(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"from": "a later version"}'])
def test_an_info_file_of_another_version_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / INFO_FILE).write_text(text)

    with pytest.raises(HarnessError, match=rf"{INFO_FILE} cannot be read.*\n.*version"):
        CloudInfo.read(tmp_path)


class TestAlive:
    def test_another_process_with_the_same_pid_is_not_the_supervisor(self, tmp_path: Path) -> None:
        assert not sample_cloud_info(tmp_path, os.getpid()).alive


class TestEngine:
    def test_a_socket_in_its_own_folder_is_the_built_in_engine(self, tmp_path: Path) -> None:
        assert sample_cloud_info(tmp_path, 1).has_built_in_engine

    def test_any_other_is_external(self, tmp_path: Path) -> None:
        assert not sample_cloud_info(
            tmp_path, 1, docker_host="unix:///run/x.sock"
        ).has_built_in_engine


def test_its_variables_are_those_of_aws_tools_and_docker(tmp_path: Path) -> None:
    variables = sample_cloud_info(tmp_path, 1).environment()

    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-north-1"
    assert variables["DOCKER_HOST"] == f"unix://{tmp_path}/docker.sock"


class TestLog:
    def test_its_tail_is_the_last_lines_without_secrets(self, tmp_path: Path) -> None:
        secret = register_secret("correct-horse-battery")
        lines = [f"line {number}" for number in range(100)] + [f"printed {secret}"]
        (tmp_path / LOG_FILE).write_text("\n".join(lines))

        tail = log_tail(tmp_path).splitlines()

        assert tail[-1] == f"printed {MASK}"
        assert tail[0] != "line 0"

    def test_a_missing_log_is_empty(self, tmp_path: Path) -> None:
        assert log_tail(str(tmp_path)) == ""


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_only_its_owner_can_read_the_credentials(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        sample_cloud_info(tmp_path, 1).write()
    finally:
        os.umask(before)

    assert (tmp_path / INFO_FILE).stat().st_mode & 0o777 == 0o600
    assert CREDENTIALS.secret_key not in repr(CloudInfo.read(tmp_path))
    assert CREDENTIALS.secret_key not in redact(f"key: {CREDENTIALS.secret_key}")
