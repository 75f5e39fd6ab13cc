"""A benchmark that is terminated, and the processes that it had started."""

import signal
import subprocess
import sys

import psutil
import pytest

if sys.platform != "linux":
    pytest.skip("orphans are adopted on Linux only", allow_module_level=True)

# The tool ignores SIGTERM, and is killed by subprocess.run(); its Terraform becomes an orphan.
TOOL = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "terraform = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(terraform.pid, flush=True)\n"
    "time.sleep(600)\n"
)
BENCH = (
    "import subprocess, sys\n"
    "from tests.bench.processes import ending_descendants\n"
    "with ending_descendants():\n"
    f"    subprocess.run([sys.executable, '-c', {TOOL!r}])\n"
)


def test_what_a_terminated_benchmark_started_has_ended() -> None:
    bench = subprocess.Popen(
        [sys.executable, "-c", BENCH], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert bench.stdout is not None
        terraform = psutil.Process(int(bench.stdout.readline()))

        bench.send_signal(signal.SIGTERM)
        _, errors = bench.communicate(timeout=60)

        assert "Terminated" in errors
        assert not terraform.is_running()
    finally:
        bench.kill()
        bench.wait()
