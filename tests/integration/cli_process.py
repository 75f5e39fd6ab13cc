"""The harness as its user starts it: a process with a home and a temporary folder of its own."""

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
_GONE_SECONDS = 60.0
_LOOK_SECONDS = 0.2
# Whoever started pytest in the background has SIGINT ignored, and its children with it.
_PROGRAM = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("harness", run_name="__main__", alter_sys=True)
"""


class Trial:
    """One command of the harness and everything that runs because of it.

    Args:
        folder: For home, reports and output.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        # Short, for the sockets in it; and PostgreSQL may run as another user.
        self.temporary = Path(tempfile.mkdtemp(prefix="trial-"))
        self.temporary.chmod(0o711)
        # More variables of its environment, such as those of AWS.
        self.variables: dict[str, str] = {}
        self._folder = folder
        self._output = folder / "output.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: set[psutil.Process] = set()

    def start(self, command: str, *options: str, **stack: Any) -> None:
        """Start a command; keyword arguments are fields of the stack's configuration."""
        if stack:
            file = self._folder / "stack.json"
            file.write_text(json.dumps(stack))
            options += ("--stack-config", str(file), "--report-dir", str(self._folder / "reports"))
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, command, *options],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        own = {"CATALOG_HARNESS_HOME": str(self.home), "TMPDIR": str(self.temporary)}
        unwanted = ("AWS_", "CATALOG_HARNESS_", "PYTEST_", "TERRAFORM_STATE_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
        return kept | own | self.variables | {"PYTHONUNBUFFERED": "1"}

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The command's process."""
        assert self._process is not None, "start() comes first"
        return self._process

    @property
    def output(self) -> str:
        """What the command has printed so far."""
        return self._output.read_text()

    @property
    def first_error(self) -> str:
        """The error that the command ended with: the lines after ``Error:``."""
        return self.output.partition("\nError: ")[2]

    @property
    def report(self) -> dict[str, Any]:
        """The report that it wrote."""
        report: dict[str, Any] = json.loads((self._folder / "reports" / "report.json").read_text())
        return report

    @property
    def record(self) -> dict[str, Any]:
        """The one run that is on record."""
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
        """Wait until Terraform has made a resource of a type."""
        self.await_that(lambda: kind in self.resources(), f"{kind} in Terraform's state")

    def await_that(self, condition: Any, what: str) -> None:
        """Wait until a condition holds, as long as the command runs."""
        wait_until(
            condition,
            what=f"{what}; the output is in {self._output}",
            ready=bool,
            failed=lambda seen: not seen and self.process.poll() is not None,
            timeout=_STEP_SECONDS,
            delay=_LOOK_SECONDS,
        )

    def wait(self) -> int:
        """Wait for the end of the command and return its exit status."""
        status = wait_until(
            self.process.poll,
            what=f"the end of the command; the output is in {self._output}",
            ready=lambda seen: seen is not None,
            timeout=_RUN_SECONDS,
            delay=_LOOK_SECONDS,
        )
        assert status is not None
        return status

    def press_ctrl_c(self) -> None:
        """Interrupt as a terminal does: every process of the foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def family(self) -> set[psutil.Process]:
        """Look at what runs because of the command, and keep it in mind."""
        found = {each for each in psutil.process_iter() if self._is_ours(each)}
        with suppress(psutil.NoSuchProcess):
            found |= set(psutil.Process(self.process.pid).children(recursive=True))
        self._seen |= found
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
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
        """Kill the one process of the family whose command line matches a pattern."""
        matching = [each for each in self.family() if re.search(command_line, _command(each))]
        (victim,) = matching
        victim.kill()

    def kill_harness(self) -> None:
        """Kill the command itself."""
        self.family()
        self.process.kill()
        self.process.wait()

    def running(self) -> list[str]:
        """Command lines of what still runs, also of what has no living parent."""
        return [_command(each) for each in self._seen | self.family() if _runs(each)]

    def await_silence(self) -> None:
        """Wait until nothing of the family runs any more."""
        wait_until(
            self.running,
            what="the end of every process",
            ready=lambda running: not running,
            timeout=_GONE_SECONDS,
            delay=_LOOK_SECONDS,
        )

    def left_behind(self) -> list[str]:
        """Names of the files in the temporary folder."""
        return sorted(str(path.relative_to(self.temporary)) for path in self.temporary.rglob("*"))

    def close(self) -> None:
        """End what still runs, whatever became of the test."""
        for each in self._seen | (self.family() if self._process else set()):
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
