import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from harness.emulator.container_engine import launcher

KILL = str(int(signal.SIGKILL))
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) exists on Linux only")


@linux_only
def test_a_program_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    parent = textwrap.dedent(f"""
        import os, subprocess, sys, time
        program = "import os, sys, time; open(sys.argv[1] + '.draft', 'w').write(str(os.getpid()))"
        program += "; os.rename(sys.argv[1] + '.draft', sys.argv[1]); time.sleep(600)"
        subprocess.Popen([
            sys.executable, "-I", "-S", {launcher.__file__!r}, str(os.getpid()), "{KILL}", "-", "-",
            sys.executable, "-c", program, {str(pid_file)!r},
        ])
        while not os.path.exists({str(pid_file)!r}):
            time.sleep(0.01)
        os.kill(os.getpid(), 9)
    """)
    subprocess.run([sys.executable, "-c", parent], timeout=30, check=False)
    try:
        psutil.Process(int(pid_file.read_text())).wait(timeout=10)
    except psutil.NoSuchProcess:
        return
