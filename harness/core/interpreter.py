"""How Python runs the harness's own processes."""

import atexit
import ctypes
import gc
import os
import struct
import sys
from contextlib import suppress

import platformdirs

# Objects: https://docs.python.org/3/library/gc.html#gc.set_threshold
_GC_THRESHOLD = 50_000
# Of sched_setattr, by machine: https://man7.org/linux/man-pages/man2/syscalls.2.html
_SYSTEM_CALLS = {"x86_64": 314, "aarch64": 274}
_SLICE_NANOSECONDS = 30_000_000


def set_up_interpreter() -> None:
    """Keep bytecode, collect garbage less often, and run in long time slices, in this process.

    With PYTHONDONTWRITEBYTECODE, which many container images set, every process of a run would
    compile every module again, which doubles the duration of its imports. What these processes
    read stays in use to their end: with Python's own threshold, the garbage collector took a fifth
    of the CPU time of ``catalog-harness run``.
    """
    _keep_bytecode()
    if sys.platform == "linux":
        _request_long_slices()
    gc.set_threshold(_GC_THRESHOLD)
    atexit.register(gc.freeze)  # or Python collects once more at the end


def _keep_bytecode() -> None:
    """Keep the bytecode of this process, and of those that it starts, in the user's cache folder.

    Nothing is written beside a source:
    https://docs.python.org/3/library/sys.html#sys.pycache_prefix

    Does nothing where Python has kept the bytecode of this module, or has a prefix already.
    """
    if sys.pycache_prefix or os.path.exists(__spec__.cached or ""):
        return
    sys.pycache_prefix = str(platformdirs.user_cache_path("catalog-harness") / "bytecode")
    sys.dont_write_bytecode = False
    os.environ.update(PYTHONPYCACHEPREFIX=sys.pycache_prefix, PYTHONDONTWRITEBYTECODE="")


def _request_long_slices() -> None:
    """Have the kernel switch less often between this process, those that it starts, and others.

    With each switch, much of what the processor has cached is lost: beside other runs, a run used
    a tenth more CPU time. The kernel prefers processes with shorter slices to these, which
    keep their priority: https://docs.kernel.org/scheduler/sched-eevdf.html. Before Linux 6.12, they
    are as long as others, and only not interrupted by what wakes up.

    Does nothing for a process with another policy than the default one.
    """
    machine = os.uname().machine if sys.maxsize > 2**32 else ""
    with suppress(OSError):  # forbidden
        if machine in _SYSTEM_CALLS and os.sched_getscheduler(0) == os.SCHED_OTHER:
            nice = os.getpriority(os.PRIO_PROCESS, 0)
            # https://man7.org/linux/man-pages/man2/sched_setattr.2.html
            fields = (48, os.SCHED_BATCH, 0, nice, 0, _SLICE_NANOSECONDS, 0, 0)
            attributes = struct.pack("IIQiIQQQ", *fields)
            ctypes.CDLL(None).syscall(_SYSTEM_CALLS[machine], 0, attributes, 0)
