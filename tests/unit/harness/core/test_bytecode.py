import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.core import bytecode
from harness.core.bytecode import bytecode_environment, keep_bytecode


@pytest.fixture(autouse=True)
def own_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Python without bytecode of the module, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(bytecode.__spec__, "cached", str(tmp_path / "absent.pyc"))
    for name in ("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "")  # restored afterwards, also if the code under test sets it


def test_where_python_keeps_no_bytecode_a_process_keeps_it_in_the_cache_folder(
    tmp_path: Path,
) -> None:
    source = tmp_path / "sources" / "module.py"
    source.parent.mkdir()
    source.write_text("")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **bytecode_environment()}
    subprocess.run(
        [sys.executable, "-c", "import module"], cwd=source.parent, env=environment, check=True
    )
    assert list(source.parent.iterdir()) == [source]
    assert [kept.name.partition(".")[0] for kept in tmp_path.glob("cache/**/module.*.pyc")] == [
        "module"
    ]


def test_bytecode_that_python_keeps_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "kept.pyc").touch()
    monkeypatch.setattr(bytecode.__spec__, "cached", str(tmp_path / "kept.pyc"))
    assert bytecode_environment() == {}


def test_the_users_own_folder_for_bytecode_takes_precedence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "/of/the/user")
    keep_bytecode()
    assert bytecode_environment() == {}
    assert sys.pycache_prefix == "/of/the/user"
    assert sys.dont_write_bytecode


def test_this_process_keeps_it_too_and_so_do_those_that_it_starts(tmp_path: Path) -> None:
    keep_bytecode()
    assert str(sys.pycache_prefix).startswith(str(tmp_path / "cache"))
    assert not sys.dont_write_bytecode
    assert os.environ["PYTHONPYCACHEPREFIX"] == sys.pycache_prefix
    assert os.environ["PYTHONDONTWRITEBYTECODE"] == ""
