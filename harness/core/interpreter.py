"""How Python runs the harness's own processes."""

import atexit
import gc
import os
import sys

import platformdirs

# Objects: https://docs.python.org/3/library/gc.html#gc.set_threshold
_GC_THRESHOLD = 50_000


def set_up_interpreter() -> None:
    """Keep bytecode, and collect garbage less often, in this process.

    With PYTHONDONTWRITEBYTECODE, which many container images set, every process of a run would
    compile every module again, which doubles the duration of its imports. What these processes
    read stays in use to their end: with Python's own threshold, the garbage collector took a fifth
    of the CPU time of ``catalog-harness run``.
    """
    _keep_bytecode()
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
