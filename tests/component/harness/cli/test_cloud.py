"""``catalog-harness cloud``."""

import ast
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.core.folders import MARKER
from harness.emulator.cloud import keep_cloud
from harness.emulator.cloud_info import LOG_FILE, CloudInfo
from harness.emulator.named_clouds import name_cloud
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
        cloud = fake_cloud(self.directory, endpoint="http://127.0.0.1:4566")
        return self.stack.enter_context(cloud)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    stand_in = Start(tmp_path / "catalog-cloud-1")
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
    def test_it_prints_shell_commands_and_apart_from_them_how_to_connect(
        self, call: CommandLine, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start.directory = tmp_path / "catalog-cloud-a b"
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://elsewhere.example")

        completed = call("cloud", "--name", "web")

        first, *exports = completed.out.splitlines()
        assert {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SQS"} <= {*first.split()}
        assert "export AWS_ENDPOINT_URL=http://127.0.0.1:4566" in exports
        assert f"export DOCKER_HOST='unix://{start.directory}/docker.sock'" in exports
        assert all(line.startswith("export ") for line in exports)
        assert "web is ready: http://127.0.0.1:4566 (eu-north-1). Ctrl-C stops it" in completed.err
        assert f"sslrootcert={start.directory}/rds-ca.pem" in completed.err
        assert f"Log: {start.directory}/cloud.log" in completed.err

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
            "process_images": [],
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


@pytest.mark.parametrize("command", [("cloud",), ("cloud", "exec")])
@pytest.mark.parametrize(
    "option", [("--container-engine", "unix:///nowhere.sock"), ("--region", "xx-yy-9")]
)
def test_an_option_that_cannot_be_used_is_an_error_before_anything_starts(
    call: CommandLine, start: Start, command: tuple[str, ...], option: tuple[str, ...]
) -> None:
    assert call(*command, *option, *(["true"] if "exec" in command else [])).status == 2
    assert start.given == {}


def program(folder: Path, text: str) -> str:
    path = folder / "program.py"
    path.write_text(f"import os, pathlib, signal, sys\n{text}\n")
    return str(path)


class TestExec:
    def test_the_command_has_the_variables_of_the_cloud_and_none_of_an_account(
        self, call: CommandLine, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SESSION_TOKEN", "of the user")
        monkeypatch.setenv("NO_PROXY", "internal.example")
        monkeypatch.setenv("OF_THE_USER", "kept")
        text = "pathlib.Path('seen').write_text(repr(dict(os.environ)))"

        completed = call("cloud", "exec", "--region", "us-east-1", "--", *python(tmp_path, text))

        seen = ast.literal_eval((tmp_path / "seen").read_text())
        assert (completed.status, start.given["region"]) == (0, "us-east-1")
        assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
        assert seen["AWS_CONFIG_FILE"] == os.devnull
        assert seen["PGSSLROOTCERT"] == f"{start.directory}/rds-ca.pem"
        assert seen["NO_PROXY"] == "internal.example,127.0.0.1,localhost"
        assert seen["OF_THE_USER"] == "kept"
        assert "AWS_SESSION_TOKEN" not in seen

    @pytest.mark.parametrize(
        ("text", "status"),
        [("sys.exit(int(sys.argv[2]))", 7), ("os.kill(os.getpid(), signal.SIGKILL)", 137)],
    )
    def test_its_exit_status_is_passed_on_and_the_cloud_is_gone(
        self, call: CommandLine, start: Start, tmp_path: Path, text: str, status: int
    ) -> None:
        completed = call("cloud", "exec", *python(tmp_path, text), "--help", "7")

        assert completed.status == status
        assert start.given["owner_pid"] == os.getpid()
        assert not start.directory.exists()

    def test_a_command_that_cannot_be_started_is_a_usage_error_and_the_cloud_is_gone(
        self, call: CommandLine, start: Start
    ) -> None:
        completed = call("cloud", "exec", "--", "no-such-program")

        assert completed.status == 2
        assert "no-such-program: cannot be started: No such file" in completed.err
        assert not start.directory.exists()

    def test_the_end_of_the_cloud_during_the_command_is_an_error(
        self, call: CommandLine, start: Start, tmp_path: Path
    ) -> None:
        text = "import json, time\npid = json.load(open(sys.argv[1]))['pid']\n"
        text += "os.kill(pid, signal.SIGKILL)\n"
        text += "while open(f'/proc/{pid}/cmdline').read(): time.sleep(0.01)"
        info = str(start.directory / "cloud.json")

        completed = call("cloud", "exec", *python(tmp_path, text), info)

        assert completed.status == 1
        assert "the embedded cloud ended by itself" in completed.err

    def test_options_of_the_cloud_before_the_subcommand_are_refused(
        self, call: CommandLine, start: Start
    ) -> None:
        completed = call("cloud", "--region", "us-east-1", "exec", "true")

        assert completed.status == 2
        assert "give the options after 'exec', not before it" in completed.err
        assert start.given == {}


class TestDetached:
    def test_it_runs_until_it_is_stopped(self, call: CommandLine, start: Start) -> None:
        detached = call("cloud", "--detach", "--name", "web")
        listed, connection = call("cloud", "status"), call("cloud", "status", "web")

        assert (detached.status, start.given["owner_pid"]) == (0, None)
        assert "`catalog-harness cloud stop web` stops it" in detached.err
        assert (start.directory / "name").stat().st_mode & 0o777 == 0o600
        assert listed.out == (
            f"web  http://127.0.0.1:4566 (eu-north-1)  log: {start.directory}/cloud.log\n"
        )
        assert connection.out == detached.out
        assert (listed.status, connection.status) == (0, 0)

        assert call("cloud", "stop", "web").status == 0
        assert not start.directory.exists()
        assert call("cloud", "status", "web").status == 1

    def test_its_status_is_also_json(self, call: CommandLine, start: Start) -> None:
        call("cloud", "--detach", "--name", "web")

        found = json.loads(call("cloud", "status", "--format", "json").out)

        assert found["ready"] is True
        assert found["clouds"][0]["name"] == "web"
        assert found["clouds"][0]["environment"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"

    @pytest.mark.parametrize("name", ["web", "-web", "a/b", ""])
    def test_a_name_that_is_taken_or_invalid_is_refused_before_anything_starts(
        self, call: CommandLine, start: Start, name: str
    ) -> None:
        call("cloud", "--detach", "--name", "web")
        start.given = {}

        completed = call("cloud", "--detach", f"--name={name}")

        assert completed.status == 2
        assert start.given == {}

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((), "detached clouds: web"),
            (("web", "--all"), "detached clouds: web"),
            (("webb",), "webb: there is no such cloud. Did you mean 'web'?"),
            (("web", "other"), "other: there is no such cloud"),
        ],
    )
    def test_only_a_named_cloud_is_stopped(
        self, call: CommandLine, start: Start, arguments: tuple[str, ...], message: str
    ) -> None:
        call("cloud", "--detach", "--name", "web")

        completed = call("cloud", "stop", *arguments)

        assert completed.status == 2
        assert message in completed.err
        assert start.directory.exists()

    def test_all_are_stopped_but_none_of_a_terminal_a_run_or_another_user(
        self, call: CommandLine, start: Start, tmp_path: Path
    ) -> None:
        call("cloud", "--detach", "--name", "web")
        with (
            fake_cloud(tmp_path / "catalog-cloud-terminal") as terminal,
            fake_cloud(tmp_path / "catalog-cloud-run") as run,
            fake_cloud(tmp_path / "catalog-cloud-foreign") as foreign,
        ):
            for info, name in ((terminal, "terminal"), (foreign, "foreign")):
                (Path(info.directory) / "name").write_text(name)
            for info in (run, foreign):
                keep_cloud(info)
            # As for a folder of another user, who could have forged its other files.
            (Path(foreign.directory) / MARKER).unlink()

            assert "Ctrl-C in its terminal" in call("cloud", "stop", "terminal").err
            completed = call("cloud", "stop", "--all")

            assert completed.err == "stopped: web\n"
            assert terminal.alive
            assert run.alive
            assert foreign.alive
        assert not start.directory.exists()

    def test_without_any_there_is_nothing_to_stop(self, call: CommandLine) -> None:
        completed = call("cloud", "stop", "--all")

        assert (completed.status, completed.err) == (0, "stopped: none was running\n")

    def test_one_that_has_ended_is_shown_with_its_log_and_is_not_ready(
        self, call: CommandLine, start: Start
    ) -> None:
        call("cloud", "--detach", "--name", "web")
        start.stack.close()

        completed = call("cloud", "status")

        assert completed.status == 1
        assert completed.out == f"web  has ended  log: {start.directory}/cloud.log\n"
        assert call("cloud", "stop", "web").status == 0
        assert not start.directory.exists()

    def test_a_script_can_wait_until_one_is_ready(self, call: CommandLine, start: Start) -> None:
        assert call("cloud", "status", "web", "--wait", "0.01").status == 1
        later = threading.Timer(0.3, name_cloud, (start(), "web"))
        later.start()

        assert call("cloud", "status", "web", "--wait", "60").status == 0
        later.join()

    def test_one_whose_output_is_closed_is_stopped(
        self, call: CommandLine, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise BrokenPipeError

        monkeypatch.setattr("harness.cli.cloud._print_connection", fail)

        with pytest.raises(BrokenPipeError):
            call("cloud", "--detach")
        assert not start.directory.exists()


class TestSeed:
    @pytest.mark.parametrize("how", [("--detach",), ("exec", "true")])
    def test_it_runs_against_the_ready_cloud_before_it_is_called_ready(
        self, call: CommandLine, start: Start, tmp_path: Path, how: tuple[str, ...]
    ) -> None:
        text = "print('creating')\nstate = os.path.exists(sys.path[0] + '/catalog-cloud-1/name')\n"
        text += "pathlib.Path('seen').write_text(f'{state} ' + os.environ['AWS_ENDPOINT_URL'])"
        seed = ("--seed", program(tmp_path, text))

        completed = call("cloud", how[0], *seed, *how[1:])

        assert completed.status == 0
        assert (tmp_path / "seen").read_text() == "False http://127.0.0.1:4566"
        assert completed.err.startswith("creating\n")
        assert "creating" not in completed.out

    @pytest.mark.parametrize("how", [("--detach",), ("exec", "touch", "run")])
    def test_an_error_in_it_is_one_error_and_the_cloud_ends(
        self, call: CommandLine, start: Start, tmp_path: Path, how: tuple[str, ...]
    ) -> None:
        seed = program(tmp_path, "raise ValueError('no such table')")

        completed = call("cloud", how[0], "--seed", seed, *how[1:])

        assert completed.status == 1
        assert f"Error: --seed {seed}: " in completed.err
        assert "ValueError: no such table" in completed.err
        assert not start.directory.exists()
        assert not (tmp_path / "run").exists()
        assert call("cloud", "status").status == 1

    def test_a_file_that_does_not_exist_is_refused_before_anything_starts(
        self, call: CommandLine, start: Start
    ) -> None:
        assert call("cloud", "--seed", "nothing.py").status == 2
        assert start.given == {}


def python(folder: Path, text: str) -> tuple[str, str]:
    return sys.executable, program(folder, text)
