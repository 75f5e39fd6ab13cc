"""The LocalStack that the suite starts keeps to itself, and is ended with all that it started."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.core.errors import WaitFailedError
from tests.localstack.server import environment_of, running_localstack, stop

FAMILY = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"])
input()
"""


def test_it_listens_on_loopback_alone(tmp_path: Path) -> None:
    environment = environment_of(tmp_path, 4711)

    assert environment["GATEWAY_LISTEN"] == "127.0.0.1:4711"
    assert environment["GATEWAY_SERVER"] == "hypercorn", "twisted listens on all addresses"
    assert environment["DNS_ADDRESS"] == "0"


def test_it_writes_into_its_folder_alone(tmp_path: Path) -> None:
    environment = environment_of(tmp_path, 4711)

    places = ("HOME", "TMPDIR", "FILESYSTEM_ROOT", "LOCALSTACK_VOLUME_DIR", "CONFIG_DIR")
    for name in places:
        assert Path(environment[name]).is_relative_to(tmp_path)


def test_it_tells_nobody_and_knows_nothing_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALSTACK_AUTH_TOKEN", "ls-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")

    environment = environment_of(tmp_path, 4711)

    assert environment["DISABLE_EVENTS"] == environment["SKIP_SSL_CERT_DOWNLOAD"] == "1"
    assert not environment.keys() & {"LOCALSTACK_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY"}


@pytest.mark.slow
def test_one_that_ends_by_itself_is_quoted() -> None:
    with (
        pytest.raises(WaitFailedError, match=r"(?s)ended with status 1:\n.*No module named"),
        running_localstack(Path(sys.executable)),
    ):
        pass


@pytest.mark.slow
def test_stopping_ends_the_whole_family() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (child,) = psutil.Process(parent.pid).children()

        stop(parent)

        assert parent.returncode is not None
        assert not child.is_running()


def test_stopping_what_has_ended_is_no_error() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        stop(process)
