"""The LocalStack of the suite is stopped together with its child processes."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.core.errors import HarnessError
from tests.localstack.server import running_localstack, stop

PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"])
input()
"""


def test_the_error_of_a_localstack_that_ends_has_its_log() -> None:
    with (
        pytest.raises(HarnessError, match=r"(?s)ended with status 1:\n.*No module named"),
        running_localstack(Path(sys.executable)),
    ):
        pass


def test_stopping_ends_the_child_processes() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (child,) = psutil.Process(parent.pid).children()

        stop(parent)

        assert parent.returncode is not None
        assert not child.is_running()


def test_a_process_that_has_ended_can_be_stopped() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        stop(process)
