"""Whether a cloud runs, by the state of its supervisor's process."""

import os
import subprocess
import sys
from pathlib import Path

from tests.component.harness.emulator.fake_cloud import fake_cloud
from tests.unit.harness.emulator.sample_cloud_info import sample_cloud_info


def test_a_cloud_is_alive_as_long_as_its_supervisor(tmp_path: Path) -> None:
    with fake_cloud(tmp_path) as info:
        assert info.alive

    assert not info.alive


def test_a_zombie_supervisor_is_not_alive(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", "", str(tmp_path)])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but still a zombie
    try:
        assert not sample_cloud_info(tmp_path, process.pid).alive
    finally:
        process.wait()
