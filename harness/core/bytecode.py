"""Keeps the bytecode of the harness's own processes where Python does not."""

import os
import sys

import platformdirs


def keep_bytecode() -> None:
    """Keep the bytecode of this process, and of those that it starts, in the user's cache folder.

    With PYTHONDONTWRITEBYTECODE, which many container images set, every process of a run would
    compile every module again, which doubles the duration of its imports. Nothing is written
    beside a source: https://docs.python.org/3/library/sys.html#sys.pycache_prefix

    Does nothing where Python has kept the bytecode of this module, or has a prefix already.
    """
    if sys.pycache_prefix or os.path.exists(__spec__.cached or ""):
        return
    sys.pycache_prefix = str(platformdirs.user_cache_path("catalog-harness") / "bytecode")
    sys.dont_write_bytecode = False
    os.environ.update(PYTHONPYCACHEPREFIX=sys.pycache_prefix, PYTHONDONTWRITEBYTECODE="")
