"""``cloud``: the embedded cloud by hand."""

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


class Start:
    """Starts a stand-in instead of a cloud."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.given: dict[str, Any] = {}
        self.stack = ExitStack()

    def __call__(self, **given: Any) -> CloudInfo:
        self.given = given
        return self.stack.enter_context(fake_cloud(self.directory))


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    stand_in = Start(tmp_path / "a cloud")
    monkeypatch.setattr("harness.cli.cloud.start_cloud", stand_in)
    with stand_in.stack:
        yield stand_in


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def press(_info: CloudInfo) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cli.cloud._watch", press)


@pytest.mark.usefixtures("ctrl_c")
class TestByHand:
    def test_it_says_how_to_reach_the_cloud_in_words_that_a_shell_takes(
        self, call: CommandLine, start: Start
    ) -> None:
        said = call("cloud")

        assert "http://127.0.0.1:4566 (eu-north-1)" in said.out
        assert "export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n" in said.out
        assert f"export DOCKER_HOST='unix://{start.directory}/docker.sock'\n" in said.out
        assert f"sslrootcert={start.directory}/rds-ca.pem" in said.out

    def test_ctrl_c_stops_it_and_nothing_is_left(self, call: CommandLine, start: Start) -> None:
        said = call("cloud")

        assert said.status == 130
        assert "has stopped; nothing of it is left" in said.err
        assert not start.directory.exists()

    def test_it_starts_what_was_asked_for_and_ends_with_the_command(
        self, call: CommandLine, start: Start
    ) -> None:
        call("cloud", "--region", "us-east-1", "--port", "4566")

        assert start.given == {
            "region": "us-east-1",
            "docker_host": None,
            "owner_pid": os.getpid(),
            "port": 4566,
        }


def test_a_cloud_that_ends_by_itself_is_an_error_with_its_log(
    call: CommandLine, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.cli.cloud._POLL_SECONDS", 0.01)
    looks: list[bool] = []

    def alive(info: CloudInfo) -> bool:
        looks.append(True)
        if len(looks) == 2:
            (start.directory / LOG_FILE).write_text("out of memory")
            psutil.Process(info.pid).kill()
            psutil.Process(info.pid).wait()
        return len(looks) < 3

    monkeypatch.setattr(CloudInfo, "alive", property(alive))

    said = call("cloud")

    assert said.status == 1
    assert "ended by itself\nout of memory" in said.err
    assert not start.directory.exists()


def test_an_engine_that_is_not_there_is_a_mistake(call: CommandLine, start: Start) -> None:
    said = call("cloud", "--container-engine", "unix:///nowhere.sock")

    assert said.status == 2
    assert start.given == {}
