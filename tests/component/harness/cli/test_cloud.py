"""``catalog-harness cloud``."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.emulator.cloud_info import LOG_FILE, CloudInfo
from tests.component.harness.emulator.fake_cloud import fake_cloud
from tests.unit.harness.cli.conftest import CommandLine

pytestmark = pytest.mark.usefixtures("clouds_in_tmp_path")


class Start:
    """Replaces ``start_cloud``: starts a process in place of a cloud."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.given: dict[str, Any] = {}
        self.stack = ExitStack()

    def __call__(self, **given: Any) -> CloudInfo:
        self.given = given
        return self.stack.enter_context(
            fake_cloud(self.directory, endpoint="http://127.0.0.1:4566")
        )


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    stand_in = Start(tmp_path / "catalog-cloud-a b")
    monkeypatch.setattr("harness.cli.cloud.start_cloud", stand_in)
    with stand_in.stack:
        yield stand_in


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def press(_info: CloudInfo) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cli.cloud._watch", press)


@pytest.mark.usefixtures("ctrl_c")
class TestManualUse:
    def test_it_prints_how_to_connect_in_shell_syntax(
        self, call: CommandLine, start: Start
    ) -> None:
        completed = call("cloud")

        assert "http://127.0.0.1:4566 (eu-north-1)" in completed.out
        assert "export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n" in completed.out
        assert f"export DOCKER_HOST='unix://{start.directory}/docker.sock'\n" in completed.out
        assert f"sslrootcert={start.directory}/rds-ca.pem" in completed.out

    def test_ctrl_c_stops_it_and_nothing_is_left(self, call: CommandLine, start: Start) -> None:
        completed = call("cloud")

        assert completed.status == 130
        assert "has stopped and was removed" in completed.err
        assert not start.directory.exists()

    def test_the_options_are_passed_on_and_the_command_owns_the_cloud(
        self, call: CommandLine, start: Start
    ) -> None:
        call("cloud", "--region", "us-east-1", "--port", "4566", "--allow-code")

        assert start.given == {
            "region": "us-east-1",
            "docker_host": None,
            "owner_pid": os.getpid(),
            "port": 4566,
            "allow_code": True,
            "aws_delays": False,
        }


def test_a_cloud_that_ends_unexpectedly_is_an_error_with_its_log(
    call: CommandLine, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.cli.cloud._POLL_SECONDS", 0.01)
    polls: list[bool] = []

    def alive(info: CloudInfo) -> bool:
        polls.append(True)
        if len(polls) == 2:
            (start.directory / LOG_FILE).write_text("out of memory")
            psutil.Process(info.pid).kill()
            psutil.Process(info.pid).wait()
        return len(polls) < 3

    monkeypatch.setattr(CloudInfo, "alive", property(alive))

    completed = call("cloud")

    assert completed.status == 1
    assert "ended by itself\nout of memory" in completed.err
    assert not start.directory.exists()


def test_a_missing_engine_is_a_usage_error(call: CommandLine, start: Start) -> None:
    completed = call("cloud", "--container-engine", "unix:///nowhere.sock")

    assert completed.status == 2
    assert start.given == {}
