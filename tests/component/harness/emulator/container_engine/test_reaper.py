import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.core.process_end import all_end
from harness.emulator.container_engine.reaper import ProcessRecord, sweep_orphans


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def test_a_recorded_process_is_swept(sleeper: psutil.Process, tmp_path: Path) -> None:
    ProcessRecord(tmp_path).add(sleeper.pid, "task")
    assert sweep_orphans(tmp_path) == [sleeper.pid]
    assert not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE
    assert list(tmp_path.iterdir()) == []


def test_a_reused_pid_is_not_killed(sleeper: psutil.Process, tmp_path: Path) -> None:
    ProcessRecord(tmp_path).add(sleeper.pid, "task")
    record = tmp_path / "processes.json"
    entries = json.loads(record.read_text())
    entries[0]["started"] -= 3600
    record.write_text(json.dumps(entries))
    assert sweep_orphans(tmp_path) == []
    assert sleeper.is_running()


def test_a_removed_process_is_not_swept(sleeper: psutil.Process, tmp_path: Path) -> None:
    record = ProcessRecord(tmp_path)
    record.add(sleeper.pid, "task")
    record.remove(sleeper.pid)
    record.remove(sleeper.pid)
    assert sweep_orphans(tmp_path) == []
    assert sleeper.is_running()


def test_an_ended_process_is_not_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    record = ProcessRecord(tmp_path)
    record.add(ended.pid, "task")
    assert all_end([psutil.Process(ended.pid)], timeout=30)
    assert sweep_orphans(tmp_path) == []  # a zombie
    record.add(ended.pid, "task")
    ended.wait()
    record.add(ended.pid, "task")
    assert sweep_orphans(tmp_path) == []
