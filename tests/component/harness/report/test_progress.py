import os
import subprocess
import sys

PIPED = """
import sys
from rich.console import Console
from harness.report.progress import ConsoleObserver
with ConsoleObserver(Console()) as observer:
    observer.note("one")
    observer.note("two")
sys.stderr.write("destroyed")
"""


def test_a_closed_pipe_does_not_end_the_run() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PIPED], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"destroyed")
