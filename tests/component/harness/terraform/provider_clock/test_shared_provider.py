"""The provider process that one Terraform command uses: its start, and its end with Terraform."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from harness.core.wait import wait_until
from harness.terraform.provider_clock import shared_provider

if sys.platform != "linux":
    pytest.skip("the launcher runs on Linux only", allow_module_level=True)

SCRIPT = Path(shared_provider.__file__)
ADDRESS = "registry.opentofu.org/hashicorp/aws"
ANNOUNCE = """
import os, sys, time
print("Provider started.")
print("\\tTF_REATTACH_PROVIDERS='" + '{"own/address": {"Pid": %d}}' % os.getpid() + "'", flush=True)
print("a secret", file=sys.stderr, flush=True)
"""
SERVE = ANNOUNCE + "time.sleep(600)"
SHOW = 'import os; print(os.getpid(), os.environ.get("TF_REATTACH_PROVIDERS"), flush=True); '
LISTEN = """
import socket
listener = socket.socket(socket.AF_UNIX)
listener.bind("plugin")
listener.listen()
""" + SERVE.replace('{"Pid": %d}', '{"Pid": %d, "Addr": {"String": "plugin"}}')
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program as Terraform, with another one as its provider."""
    processes = []

    def start(provider: str, terraform: str, paths: str = "") -> subprocess.Popen[str]:
        program = tmp_path / "provider"
        program.write_text(f"#!{sys.executable}\n{provider}")
        program.chmod(0o700)
        command = [sys.executable, "-I", "-S", str(SCRIPT), str(program), ADDRESS, paths]
        process = subprocess.Popen(
            [*command, sys.executable, "-c", terraform],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def first_line(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return process ID and variable that Terraform printed."""
    assert process.stdout is not None
    pid, variable = process.stdout.readline().split(" ", 1)
    return int(pid), variable.strip()


def has_ended(pid: int) -> bool:
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True


def test_terraform_gets_the_provider_under_the_address_of_its_registry(start: Start) -> None:
    process = start(SERVE, SHOW)

    pid, variable = first_line(process)

    assert pid == process.pid, "signals reach Terraform itself"
    assert list(json.loads(variable)) == [ADDRESS]
    assert process.stdout is not None
    assert process.stdout.read() == "", "the log of the provider is discarded"
    assert process.wait(10) == 0


@pytest.mark.parametrize("killed", [False, True], ids=["at its end", "when it is killed"])
def test_the_provider_ends_with_terraform(start: Start, killed: bool) -> None:
    process = start(SERVE, SHOW + ("import time; time.sleep(600)" if killed else ""))
    _, variable = first_line(process)
    provider = json.loads(variable)[ADDRESS]["Pid"]

    if killed:
        process.kill()
    process.wait(10)

    wait_until(lambda: has_ended(provider), ready=bool, timeout=10, delay=0.01, what="its end")


def test_the_relay_of_schemas_ends_with_terraform(start: Start, tmp_path: Path) -> None:
    paths = os.pathsep.join(filter(None, sys.path))
    process = start(LISTEN, SHOW + "import time; time.sleep(600)", paths)
    _, variable = first_line(process)
    children = [each.pid for each in psutil.Process(process.pid).children()]
    for child in children:
        os.kill(child, signal.SIGINT)
    time.sleep(0.2)
    assert not any(map(has_ended, children[1:])), "Ctrl-C is for Terraform"

    process.kill()

    assert json.loads(variable)[ADDRESS]["Addr"] == {"String": "plugins"}
    assert (tmp_path / "plugins").is_socket()
    assert len(children) == 2, "the provider and the relay"
    for child in children:
        wait_until(partial(has_ended, child), ready=bool, timeout=10, delay=0.01, what="its end")


@pytest.mark.parametrize("paths", ["", "folder without packages"])
def test_without_the_libraries_of_the_relay_terraform_connects_to_the_provider(
    start: Start, paths: str
) -> None:
    _, variable = first_line(start(LISTEN, SHOW, paths))

    assert json.loads(variable)[ADDRESS]["Addr"] == {"String": "plugin"}


def test_where_the_relay_cannot_listen_terraform_connects_to_the_provider(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "plugins").touch()
    paths = os.pathsep.join(filter(None, sys.path))

    _, variable = first_line(start(LISTEN, SHOW, paths))

    assert json.loads(variable)[ADDRESS]["Addr"] == {"String": "plugin"}


def test_a_later_line_does_not_end_the_provider(start: Start, tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    later = f"print('more', flush=True)\nopen({str(printed)!r}, 'w').close()\ntime.sleep(600)"
    process = start(ANNOUNCE + "time.sleep(0.2)\n" + later, SHOW + "import time; time.sleep(600)")
    _, variable = first_line(process)

    wait_until(printed.exists, ready=bool, timeout=10, delay=0.01, what="the second line")

    assert not has_ended(json.loads(variable)[ADDRESS]["Pid"])


@pytest.mark.parametrize("provider", ["raise SystemExit(1)", "print('no address')"])
def test_without_a_provider_terraform_starts_its_own(start: Start, provider: str) -> None:
    process = start(provider, SHOW)

    assert first_line(process)[1] == "None"
    assert process.wait(10) == 0


def test_a_provider_that_does_not_answer_is_killed(start: Start, tmp_path: Path) -> None:
    script = SCRIPT.read_text().replace("_START_SECONDS = 60.0", "_START_SECONDS = 0.5")
    (tmp_path / "script.py").write_text(script)
    pid_file = tmp_path / "pid"
    program = tmp_path / "silent"
    program.write_text(
        f"#!{sys.executable}\nimport os, time\n"
        f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    )
    program.chmod(0o700)
    command = [sys.executable, "-I", "-S", str(tmp_path / "script.py"), str(program), ADDRESS, ""]

    printed = subprocess.check_output([*command, sys.executable, "-c", SHOW], text=True, timeout=30)

    assert printed.split()[1] == "None"
    assert not pid_file.exists() or has_ended(int(pid_file.read_text()))
