"""The program of the supervisor: its command line and its errors."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import ToolNotFoundError
from harness.emulator import __main__ as program
from harness.emulator.configuration import SupervisorConfig

IMAGE = {"repository": "team/app", "command": "run", "environment": {"A": "b"}}
CONFIG = SupervisorConfig(
    Path(), "eu-north-1", 4566, "unix:///run/docker.sock", 42, process_images=[IMAGE]
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "cloud"
    folder.mkdir()
    return folder


class TestProgram:
    def arguments(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        replace(CONFIG, directory=directory).write()
        monkeypatch.setattr(sys, "argv", ["harness.emulator", str(directory)])
        monkeypatch.setattr(program, "set_up_interpreter", lambda: None)

    def test_the_configuration_is_that_of_the_folder(
        self, monkeypatch: pytest.MonkeyPatch, directory: Path
    ) -> None:
        configs: list[SupervisorConfig] = []

        async def take(config: SupervisorConfig) -> int:
            configs.append(config)
            return 1

        monkeypatch.setattr(program, "supervise", take)
        self.arguments(monkeypatch, directory)

        assert program.main() == 1
        assert configs == [replace(CONFIG, directory=directory)]

    def test_an_error_is_a_message_not_a_traceback(
        self,
        monkeypatch: pytest.MonkeyPatch,
        directory: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        async def fail(_config: SupervisorConfig) -> int:
            raise ToolNotFoundError("no server, password=hunter22")

        monkeypatch.setattr(program, "supervise", fail)
        self.arguments(monkeypatch, directory)

        assert program.main() == 2
        printed = capsys.readouterr().err
        assert printed.startswith("no server")
        assert "hunter22" not in printed
        assert "Traceback" not in printed
