"""A LocalStack process for the duration of a context."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from harness.core.errors import HarnessError, TargetError
from harness.core.wait import wait_until
from harness.targets.localstack.endpoint import LocalStackEndpoint
from harness.targets.localstack.health import await_localstack

_READY_SECONDS = 180.0
_STOP_SECONDS = 30.0
_DESCENDANT_SECONDS = 1.0
_LOG_LINES = 30
# Its S3 writes to a folder of /tmp regardless of TMPDIR, and does not remove it.
_PROGRAM = """
import sys
from localstack.services.s3 import provider
provider.DEFAULT_S3_TMP_DIR = sys.argv[1]
from localstack.runtime.main import main
main()
"""


def environment_of(folder: Path, port: int) -> dict[str, str]:
    """Return the environment of an isolated LocalStack.

    Args:
        folder: The only folder that it writes to.
        port: Its port on 127.0.0.1.
    """
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "FILESYSTEM_ROOT": str(folder / "root"),
        "LOCALSTACK_VOLUME_DIR": str(folder / "volume"),
        "CONFIG_DIR": str(folder / "config"),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        # The default server listens on all addresses regardless of GATEWAY_LISTEN.
        "GATEWAY_SERVER": "hypercorn",
        "DNS_ADDRESS": "0",
        # In a container it would assume its own image.
        "OVERRIDE_IN_DOCKER": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "SKIP_INFRA_DOWNLOADS": "1",
    }


@contextmanager
def running_localstack(python: Path) -> Iterator[str]:
    """Run a LocalStack on a free port of 127.0.0.1, and yield its URL.

    Args:
        python: Python of an environment with LocalStack.

    Raises:
        HarnessError: It ended; the message has the last lines of its log.
        WaitTimeoutError: It was not ready in time.
    """
    with ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="localstack-")))
        (folder / "tmp").mkdir()
        log = at_the_end.enter_context((folder / "log.txt").open("wb"))
        port = _free_port()
        process = subprocess.Popen(
            [str(python), "-c", _PROGRAM, str(folder / "s3")],
            cwd=folder,
            env=environment_of(folder, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # not interrupted by Ctrl-C: the suite needs it to destroy
        )
        at_the_end.callback(stop, process)
        url = f"http://127.0.0.1:{port}"
        _await(process, url, folder / "log.txt")
        yield url


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    def observe() -> str:
        if process.poll() is not None:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
            raise HarnessError(f"LocalStack ended with status {process.returncode}:\n{tail}")
        try:
            return str(await_localstack(LocalStackEndpoint(url, "this script"), patience=1.0))
        except TargetError:
            return "starting"

    wait_until(
        observe,
        what="a ready LocalStack",
        ready=lambda state: state != "starting",
        timeout=_READY_SECONDS,
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its descendants: SIGTERM first, then SIGKILL."""
    descendants = []
    if process.poll() is None:
        parent = psutil.Process(process.pid)
        descendants = [*parent.children(recursive=True), parent]
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    _, alive = psutil.wait_procs(descendants, timeout=_DESCENDANT_SECONDS)
    for each in alive:
        each.kill()
    psutil.wait_procs(alive, timeout=_STOP_SECONDS)
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
