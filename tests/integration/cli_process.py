"""A command of the harness in a process, with a separate home and temporary folder."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from harness.core.wait import wait_until

_STEP_SECONDS = 300.0
_RUN_SECONDS = 900.0
_END_SECONDS = 60.0
_POLL_SECONDS = 0.2
# When pytest runs in the background, SIGINT is ignored, also in its children; SIGHUP under nohup.
_PROGRAM = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""


class CliProcess:
    """One command of the harness and all processes that it starts.

    Args:
        folder: Folder for home, reports and output.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        # A short path, for its sockets; readable, because PostgreSQL may run as another user.
        self.temporary = Path(tempfile.mkdtemp(prefix="cli-"))
        self.temporary.chmod(0o711)
        # Additional environment variables, such as those of AWS.
        self.variables: dict[str, str] = {}
        # Python code to run first in the process of the command.
        self.preparation = ""
        # A program that runs the command, and its arguments.
        self.prefix: tuple[str, ...] = ()
        # The module that is the command.
        self.module = "harness"
        self.folder = self._folder = folder
        self._output = folder / "output.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._known: set[psutil.Process] = set()

    def start(self, command: str, *options: str, **stack: Any) -> None:
        """Start a command; keyword arguments are fields of the stack configuration."""
        if stack:
            file = self._folder / "stack.json"
            file.write_text(json.dumps(stack))
            options += ("--stack-config", str(file), "--report-dir", str(self._folder / "reports"))
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [*self.prefix, sys.executable, "-c", self._program(), command, *options],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _program(self) -> str:
        return self.preparation + _PROGRAM.format(module=self.module)

    def _environment(self) -> dict[str, str]:
        fixed = {"CATALOG_HARNESS_HOME": str(self.home), "TMPDIR": str(self.temporary)}
        excluded = ("AWS_", "CATALOG_HARNESS_", "PYTEST_", "TERRAFORM_STATE_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(excluded)}
        return kept | fixed | self.variables | {"PYTHONUNBUFFERED": "1"}

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The command's process."""
        assert self._process is not None, "start() comes first"
        return self._process

    @property
    def output(self) -> str:
        """The output of the command so far."""
        return self._output.read_text()

    @property
    def first_error(self) -> str:
        """The error of the command: the lines after ``Error:``."""
        return self.output.partition("\nError: ")[2]

    @property
    def report(self) -> dict[str, Any]:
        """The report of the command."""
        report: dict[str, Any] = json.loads((self._folder / "reports" / "report.json").read_text())
        return report

    @property
    def record(self) -> dict[str, Any]:
        """The record of the only run."""
        (path,) = self.home.glob("runs/*/run.json")
        record: dict[str, Any] = json.loads(path.read_text())
        return record

    def resources(self) -> set[str]:
        """Types of the resources in Terraform's state, as far as it is written."""
        types: set[str] = set()
        for path in self.home.glob("runs/*/terraform/terraform.tfstate"):
            with suppress(ValueError):  # in the middle of a write
                state = json.loads(path.read_text())
                types |= {each["type"] for each in state["resources"] if each["instances"]}
        return types

    def await_output(self, text: str) -> None:
        """Wait until the command has printed a text."""
        self.await_that(lambda: text in self.output, f"{text!r} in the output")

    def await_resource(self, kind: str) -> None:
        """Wait until Terraform has created a resource of a type."""
        self.await_that(lambda: kind in self.resources(), f"{kind} in Terraform's state")

    def await_that(self, condition: Any, what: str) -> None:
        """Wait until a condition holds, as long as the command runs."""

        def observe() -> Any:
            ended = self.process.poll() is not None
            observed = condition()
            assert observed or not ended, f"it ended without {what}; see {self._output}"
            return observed

        wait_until(
            observe,
            what=f"{what}; the output is in {self._output}",
            ready=bool,
            timeout=_STEP_SECONDS,
            delay=_POLL_SECONDS,
        )

    def wait(self) -> int:
        """Wait for the end of the command and return its exit status."""
        status = wait_until(
            self.process.poll,
            what=f"the end of the command; the output is in {self._output}",
            ready=lambda observed: observed is not None,
            timeout=_RUN_SECONDS,
            delay=_POLL_SECONDS,
        )
        assert status is not None
        return status

    def press_ctrl_c(self) -> None:
        """Send SIGINT to every process of the group, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def family(self) -> set[psutil.Process]:
        """Return the running processes of the command, and remember them."""
        found = {each for each in psutil.process_iter() if self._is_family(each)}
        with suppress(psutil.NoSuchProcess):
            found |= set(psutil.Process(self.process.pid).children(recursive=True))
        self._known |= found
        return found

    def _is_family(self, process: psutil.Process) -> bool:
        try:
            return process.pid != os.getpid() and (
                process.environ()
                .get("TMPDIR", "")
                .startswith((str(self.temporary), str(self.home)))
                or any(str(self.temporary) in each for each in process.cmdline())
            )
        except psutil.Error:
            return False

    def kill(self, command_line: str) -> None:
        """Kill the only process whose command line matches a pattern."""
        matching = [each for each in self.family() if re.search(command_line, _command(each))]
        (victim,) = matching
        victim.kill()

    def kill_harness(self) -> None:
        """Kill the command itself."""
        self.family()
        self.process.kill()
        self.process.wait()

    def running(self) -> list[str]:
        """Command lines of the running processes, also of orphans."""
        return [_command(each) for each in self._known | self.family() if _runs(each)]

    def await_end_of_processes(self) -> None:
        """Wait until all processes have ended."""
        wait_until(
            self.running,
            what="the end of every process",
            ready=lambda running: not running,
            timeout=_END_SECONDS,
            delay=_POLL_SECONDS,
        )

    def left_behind(self) -> list[str]:
        """Names of the files in the temporary folder."""
        return sorted(str(path.relative_to(self.temporary)) for path in self.temporary.rglob("*"))

    def close(self) -> None:
        """Kill all running processes."""
        for each in self._known | (self.family() if self._process else set()):
            with suppress(psutil.NoSuchProcess):
                each.kill()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.temporary, ignore_errors=True)


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
