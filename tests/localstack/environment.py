"""A Python environment with the last free LocalStack, which runs without Docker."""

import os
import shutil
import subprocess
from pathlib import Path

import platformdirs
import uv
from filelock import FileLock

from harness.core.errors import ToolNotFoundError

VERSION = "2026.3.0"
PYTHON = "3.13"
# Newer releases of its dependencies break it.
DEPENDENCIES_AS_OF = "2026-04-10"
_COMPLETE = "complete"


def localstack_python() -> Path:
    """Return the Python of the environment, which is built if missing (some minutes).

    It is kept in the user's cache folder.

    Raises:
        ToolNotFoundError: There is no Python 3.13, or a package cannot be downloaded.
    """
    folder = platformdirs.user_cache_path("catalog-harness") / f"localstack-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / _COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            _build(folder)
            (folder / _COMPLETE).touch()
    return folder / "bin" / "python"


def _build(folder: Path) -> None:
    print(f"building an environment for LocalStack {VERSION} in {folder}", flush=True)
    _uv("venv", "--python", PYTHON, "--no-python-downloads", str(folder))
    _uv(
        *("pip", "install", "--quiet", "--python", str(folder / "bin" / "python")),
        *("--exclude-newer", DEPENDENCIES_AS_OF),
        *(f"localstack-core[runtime]=={VERSION}", "setuptools"),
    )


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [uv.find_uv_bin(), *arguments],
        # The python3.13 of pyenv runs only if this variable has the version.
        env={**os.environ, "PYENV_VERSION": PYTHON},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolNotFoundError(
            f"cannot install LocalStack {VERSION}: uv {arguments[0]}: {done.stderr.strip()}",
            remedy=f"install Python {PYTHON}, or set AWS_ENDPOINT_URL to a running LocalStack",
        )
