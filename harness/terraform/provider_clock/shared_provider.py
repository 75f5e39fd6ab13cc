"""Runs Terraform with one provider process for a whole command: ``python -I -S ...``.

Arguments: the provider, its source address, the folders of the Python packages for the relay of
its schema (empty: none), Terraform and its arguments. This process becomes Terraform, with the
same process ID, streams and signals.

Terraform starts its provider anew for the schemas, the validation, the plan and the changes of one
command. It uses a running one instead that TF_REATTACH_PROVIDERS names
(https://developer.hashicorp.com/terraform/plugin/debugging). The provider is a child of this
process, and the kernel kills it when Terraform ends in whatever way (PR_SET_PDEATHSIG,
https://man7.org/linux/man-pages/man2/prctl.2.html). If it does not start, Terraform starts its own.

It runs as a script outside of any package: importing one before the provider starts would cost
each command a tenth of a second.
"""

import ctypes
import json
import os
import re
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_START_SECONDS = 60.0  # as Terraform itself
_PR_SET_PDEATHSIG = 1
_ANNOUNCEMENT = re.compile(rb"TF_REATTACH_PROVIDERS='(.*)'\n")
_SIGNALS_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def main(arguments: Sequence[str]) -> None:
    """Start the provider and become Terraform; does not return.

    Raises:
        OSError: Terraform cannot be started.
    """
    provider, address, paths, *command = arguments
    for number in (signal.SIGINT, *_SIGNALS_IGNORED_BY_PYTHON):
        signal.signal(number, signal.SIG_DFL)
    if (reattachment := _start(provider, paths)) is not None:
        os.environ["TF_REATTACH_PROVIDERS"] = json.dumps({address: reattachment})
    os.execv(command[0], command)  # noqa: S606 - a shell would not become it


def _start(provider: str, paths: str) -> object:
    """Start a provider; return how Terraform connects to it, None if it did not start."""
    parent = os.getpid()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _become(provider, parent, writer)
        finally:
            os._exit(1)
    os.close(writer)
    start_relay = _relay(paths)  # while the provider starts
    printed = _read_announcement(reader)
    if printed is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None
    os.set_inheritable(reader, True)  # noqa: FBT003 - its next line needs a reader
    [reattachment] = json.loads(printed).values()
    with suppress(OSError):
        return start_relay(reattachment)
    return reattachment


def _relay(paths: str) -> Callable[[Any], object]:
    """Return what starts the relay, or what changes nothing."""
    if paths:
        sys.path += [str(Path(__file__).parents[3]), *paths.split(os.pathsep)]
        with suppress(ImportError):
            from harness.terraform.provider_clock.schema_relay import start_relay  # noqa: PLC0415

            return start_relay
    return lambda provider: provider


def _read_announcement(reader: int) -> bytes | None:
    deadline = time.monotonic() + _START_SECONDS
    poll = select.poll()
    poll.register(reader)
    printed = b""
    while (found := _ANNOUNCEMENT.search(printed)) is None:
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        if not ready or not (chunk := os.read(reader, 4096)):
            return None
        printed += chunk
    return found[1]


def _become(provider: str, parent: int, writer: int) -> None:
    """Become the provider, unless Terraform has already ended.

    Its log is discarded: a provider that is started in this way logs every request in full, with
    the secrets in it.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        return
    os.dup2(writer, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ.update(TF_LOG_SDK="off", TF_LOG_PROVIDER="off")
    os.execv(provider, [provider, "-debug"])  # noqa: S606 - a shell would not become it


if __name__ == "__main__":
    main(sys.argv[1:])
