"""Bytecode of the harness's own processes, where Python itself does not keep any.

With PYTHONDONTWRITEBYTECODE, which many container images set, every process of a run would compile
every module again, which doubles the duration of its imports.
"""

import os
import sys
from pathlib import Path

import platformdirs


def bytecode_environment() -> dict[str, str]:
    """Return variables with which a Python process keeps bytecode in the user's cache folder.

    Nothing is written beside a source: https://docs.python.org/3/library/sys.html#sys.pycache_prefix

    Returns:
        No variables where Python has kept the bytecode of this module, or has a prefix already.
    """
    if sys.pycache_prefix or (__spec__.cached and Path(__spec__.cached).exists()):
        return {}
    prefix = platformdirs.user_cache_path("catalog-harness") / "bytecode"
    return {"PYTHONPYCACHEPREFIX": str(prefix), "PYTHONDONTWRITEBYTECODE": ""}


def keep_bytecode() -> None:
    """Keep the bytecode of this process, and of those that it starts, likewise."""
    if variables := bytecode_environment():
        sys.pycache_prefix, sys.dont_write_bytecode = variables["PYTHONPYCACHEPREFIX"], False
        os.environ.update(variables)
