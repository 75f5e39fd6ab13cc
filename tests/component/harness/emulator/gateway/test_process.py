"""The gateway as a process: what it listens on, how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.core.wait import wait_until
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.gateway.environment import gateway_environment
from tests.component.harness.emulator.gateway.emulator_process import (
    Emulator,
    emulator,
    free_port,
    session_of,
)
from tests.component.harness.emulator.gateway.sample_resources import Balanced, service
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

GATEWAY = "harness.emulator.gateway"
SECONDS = 30


def stop(running: Emulator) -> int:
    running.process.send_signal(signal.SIGTERM)
    return running.process.wait(SECONDS)


def listeners(pid: int) -> set[str]:
    connections = psutil.Process(pid).net_connections(kind="inet")
    return {each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN}


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with emulator(GATEWAY, tmp_path) as running:
        session = session_of(running.await_ready(), account="test")
        Balanced(session)
        service(session)
        assert listeners(running.process.pid) == {"127.0.0.1"}
        assert stop(running) == 0

    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "gateway").iterdir())


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX processes")
def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys\n"
        "from pathlib import Path\n"
        "from harness.emulator.credentials import CloudCredentials\n"
        "from harness.emulator.configuration import SupervisorConfig\n"
        "from harness.emulator.gateway.environment import gateway_environment\n"
        "port, directory = int(sys.argv[1]), Path(sys.argv[2])\n"
        "config = SupervisorConfig(directory, region='eu-north-1', port=port,\n"
        "    docker_host=f'unix://{directory}/none.sock')\n"
        "environment = gateway_environment(config, CloudCredentials.generate())\n"
        "child = subprocess.Popen([sys.executable, '-m', 'harness.emulator.gateway'],\n"
        "    env=environment)\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    command = [sys.executable, "-c", script, str(free_port()), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(
            lambda: listeners(child.pid), what="the gateway to listen", ready=bool, timeout=60
        )

        parent.kill()

    ended, _ = psutil.wait_procs([child], timeout=SECONDS)
    assert ended


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", GATEWAY],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_invalid_environment_ends_it_with_a_remedy() -> None:
    ended = run({"PATH": os.environ["PATH"]})

    assert ended.returncode == 1
    assert "What to do: start it with the environment" in ended.stderr


def test_a_port_in_use_ends_it(gateway_endpoint: str, tmp_path: Path) -> None:
    port = int(gateway_endpoint.rpartition(":")[2])

    config = SupervisorConfig(
        tmp_path, region="r", port=port, docker_host=f"unix://{tmp_path}/none"
    )
    ended = run(gateway_environment(config, CREDENTIALS))

    assert ended.returncode == 1
    assert "in use" in ended.stderr
