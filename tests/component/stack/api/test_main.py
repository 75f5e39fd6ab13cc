import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import stack
from harness.core.wait import wait_until
from stack.api.__main__ import main
from stack.api.settings import Settings
from tests.unit.stack.api.test_settings import ENVIRONMENT

# There is no database: the service must start and stop without one.
ENVIRONMENT = ENVIRONMENT | {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "HOST": "127.0.0.1"}
SOURCES = Path(stack.__file__).parents[1]
# Coverage of a child process is measured only with its variables.
MEASURING = {name: text for name, text in os.environ.items() if name.startswith("COVERAGE_")}


@pytest.fixture
def process_state() -> Iterator[None]:
    """Restore what the service changes in its process: signal handlers and logging."""
    # Harmless handlers first: a service without handlers must not end the tests.
    handlers = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)
    }
    root = logging.getLogger()
    level, log_handlers = root.level, root.handlers[:]
    root.handlers = []
    yield
    root.handlers = log_handlers
    root.setLevel(level)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def health_status(port: int) -> int:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code


def stop_when_healthy(port: int, number: int) -> None:
    wait_until(
        lambda: health_status(port),
        what="a healthy service",
        ready=lambda status: status == 200,
        timeout=20,
        delay=0.05,
        retry_on=(requests.RequestException,),
    )
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(
    process_state: None, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    port = free_port()
    stopper = threading.Thread(target=stop_when_healthy, args=(port, number))
    stopper.start()
    with pytest.raises(SystemExit) as ended:
        main(ENVIRONMENT | {"PORT": str(port)})
    stopper.join()
    assert ended.value.code == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    # Any thread of the process may log, also before the service listens.
    listening, response, *_ = (
        line for line in lines if line["message"] in ("listening", "GET /healthz 200")
    )
    assert (listening["message"], listening["port"]) == ("listening", port)
    assert response["message"] == "GET /healthz 200"


def test_a_missing_setting_is_one_line_and_status_2(
    process_state: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main({"DB_PASSWORD": "s3cr3t"}) == 2
    output = capsys.readouterr()
    assert output.err.startswith("catalog-api: DB_USERNAME, DB_HOST, DB_PORT, DB_NAME not set")
    assert len(output.err.splitlines()) == 1
    assert "s3cr3t" not in output.err + output.out


def test_a_port_in_use_is_one_line_and_status_1(
    process_state: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(ENVIRONMENT | {"PORT": str(port)}) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_the_module_reads_the_environment_of_the_process() -> None:
    ended = subprocess.run(
        (sys.executable, "-m", "stack.api"),
        cwd=SOURCES,
        env=MEASURING,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2


def test_the_port_listens_before_the_server_starts_and_is_closed_after_it(
    process_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[bool] = []

    def serve(settings: Settings, *, task_id: str, listener: socket.socket) -> None:
        with socket.create_connection(listener.getsockname(), timeout=5):
            connected.append(True)

    monkeypatch.setattr("stack.api.app.serve", serve)
    port = free_port()
    assert main(ENVIRONMENT | {"PORT": str(port)}) == 0
    assert connected == [True]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_process_ends_with_status_0_on_sigterm() -> None:
    port = free_port()
    process = subprocess.Popen(
        (sys.executable, "-m", "stack.api"),
        cwd=SOURCES,
        env=ENVIRONMENT | {"PORT": str(port)} | MEASURING,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            wait_until(
                lambda: health_status(port),
                what="a healthy service",
                ready=lambda status: status == 200,
                timeout=30,
                delay=0.05,
                retry_on=(requests.RequestException,),
            )
        finally:
            process.terminate()
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert all(json.loads(line)["task_id"] for line in output.splitlines())
    assert ENVIRONMENT["DB_PASSWORD"] not in output


def test_sigterm_during_the_start_ends_it() -> None:
    process = subprocess.Popen(
        (sys.executable, "-m", "stack.api"),
        cwd=SOURCES,
        env=ENVIRONMENT | {"PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["message"] == "listening"
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def test_the_application_imports_no_infrastructure_code() -> None:
    program = "import sys, stack.api.app; print(*sys.modules)"
    loaded = subprocess.run(
        (sys.executable, "-c", program), cwd=SOURCES, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"cdktf", "jsii", "boto3", "harness"} & set(loaded)
