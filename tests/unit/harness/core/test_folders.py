"""Folders are deleted with their contents only if the harness created them."""

import ast
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.core import folders
from harness.core.errors import HarnessError
from harness.core.folders import (
    MARKER,
    ForeignFolderError,
    can_be_written,
    create_folder,
    create_temporary_folder,
    remove_folder,
    temporary_folder,
)

HARNESS = Path(folders.__file__).parents[1]


@pytest.fixture(params=[0o077, 0o027, 0o000], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    former = os.umask(request.param)
    yield
    os.umask(former)


class TestCanBeWritten:
    def test_a_folder_of_this_user_and_one_that_can_be_created(self, tmp_path: Path) -> None:
        assert can_be_written(tmp_path)
        assert can_be_written(tmp_path / "new" / "er")
        assert not (tmp_path / "new").exists()

    def test_neither_a_file_nor_what_would_be_in_one(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        (tmp_path / "file").chmod(0o755)
        assert not can_be_written(tmp_path / "file")
        assert not can_be_written(tmp_path / "file" / "reports")

    def test_no_link_to_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "gone")
        assert not can_be_written(tmp_path / "link")

    def test_a_folder_without_permission_even_for_what_is_created_in_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[Path, int]] = []

        def access(path: Path, mode: int) -> bool:  # root has every permission
            asked.append((path, mode))
            return False

        monkeypatch.setattr(os, "access", access)
        assert not can_be_written(tmp_path / "new")
        assert asked == [(tmp_path, os.W_OK | os.X_OK)]


def own(parent: Path) -> Path:
    folder = create_folder(parent / "cloud-1")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "file").write_text("x")
    return folder


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_permissions_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "a" / "b", mode=0o711)

    assert mode_of(folder) == 0o711
    assert mode_of(tmp_path / "a") == 0o700
    assert mode_of(folder / MARKER) == 0o600
    assert mode_of(create_temporary_folder("x-", parent=tmp_path)) == 0o700


def test_a_created_folder_is_removed_with_its_contents(tmp_path: Path) -> None:
    remove_folder(own(tmp_path), parent=tmp_path, prefix="cloud-")

    assert list(tmp_path.iterdir()) == []


def test_removing_what_does_not_exist_is_no_error(tmp_path: Path) -> None:
    remove_folder(tmp_path / "cloud-1", parent=tmp_path)


def test_an_empty_folder_needs_no_marker(tmp_path: Path) -> None:
    (tmp_path / "cloud-1").mkdir()

    remove_folder(tmp_path / "cloud-1", parent=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_a_removed_folder_links_to_stays(tmp_path: Path) -> None:
    decoy = tmp_path / "decoy"
    decoy.mkdir()
    (decoy / "precious").write_text("1")
    folder = own(tmp_path)
    (folder / "link").symlink_to(decoy)

    remove_folder(folder, parent=tmp_path)

    assert (decoy / "precious").exists()


def _unmarked(parent: Path) -> Path:
    (parent / "cloud-1" / "work").mkdir(parents=True)
    return parent / "cloud-1"


def _with_foreign_marker(parent: Path) -> Path:
    folder = _unmarked(parent)
    (folder / MARKER).write_text((own(parent / "other") / MARKER).read_text())
    return folder


def _with_linked_marker(parent: Path) -> Path:
    folder = _unmarked(parent)
    (parent / "marker").write_text(str(folder))
    (folder / MARKER).symlink_to(parent / "marker")
    return folder


def _renamed(parent: Path) -> Path:
    return own(parent).rename(parent / "cloud-2")


def _link(parent: Path) -> Path:
    (parent / "cloud-1").symlink_to(own(parent / "other"))
    return parent / "cloud-1"


def _elsewhere(parent: Path) -> Path:
    return own(parent / "other")


def _above(parent: Path) -> Path:
    return own(parent) / ".."


def _misnamed(parent: Path) -> Path:
    folder = create_folder(parent / "precious")
    (folder / "file").touch()
    return folder


def _file(parent: Path) -> Path:
    (parent / "cloud-1").write_text("x")
    return parent / "cloud-1"


@pytest.mark.parametrize(
    "decoy",
    [
        _unmarked,
        _with_foreign_marker,
        _with_linked_marker,
        _renamed,
        _link,
        _elsewhere,
        _above,
        _misnamed,
        _file,
    ],
)
def test_another_folder_is_refused_by_name(tmp_path: Path, decoy: Callable[[Path], Path]) -> None:
    folder = decoy(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(ForeignFolderError, match=f"{re.escape(str(folder))} is not deleted"):
        remove_folder(folder, parent=tmp_path, prefix="cloud-")

    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)

    with pytest.raises(ForeignFolderError, match="belongs to another user"):
        remove_folder(folder, parent=tmp_path)


def test_an_existing_folder_is_not_marked(tmp_path: Path) -> None:
    folder = _unmarked(tmp_path)

    assert create_folder(folder) == folder

    with pytest.raises(ForeignFolderError):
        remove_folder(folder, parent=tmp_path)


def test_an_interrupted_removal_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own(tmp_path)

    def full(_path: Path) -> None:
        raise OSError("input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", full)
        with pytest.raises(HarnessError, match="cannot be removed completely: input/output error"):
            remove_folder(folder, parent=tmp_path)

    remove_folder(folder, parent=tmp_path)
    assert not folder.exists()


def test_a_temporary_folder_ends_with_its_context(tmp_path: Path) -> None:
    with temporary_folder("run-", parent=tmp_path) as folder:
        (folder / "file").write_text("x")
        assert list(tmp_path.glob("run-*"))

    assert list(tmp_path.iterdir()) == []


def test_nothing_else_in_the_product_deletes_recursively() -> None:
    found = {
        f"{path.relative_to(HARNESS)}:{line}"
        for path in HARNESS.rglob("*.py")
        for line in recursive_removals(path.read_text())
    }

    assert {each.partition(":")[0] for each in found} == {"core/folders.py"}


@pytest.mark.parametrize(
    "code",
    [
        "shutil.rmtree(x)",
        "from shutil import rmtree",
        "from shutil import rmtree as r",
        "pool.submit(shutil.rmtree, x)",
        "tempfile.TemporaryDirectory()",
        "from tempfile import TemporaryDirectory as T",
        "os.removedirs(x)",
        "getattr(shutil, 'rmtree')(x)",
        "run(['rm', '-rf', x])",
        "run(('rm', '-r', x))",
        "run('rm -rf x', shell=True)",
    ],
)
def test_a_recursive_removal_is_found(code: str) -> None:
    assert list(recursive_removals(code))


@pytest.mark.parametrize("code", ["path.unlink()", "path.rmdir()", "run(('rm', x))", "'rm'"])
def test_another_removal_is_not_found(code: str) -> None:
    assert not list(recursive_removals(code))


_NAMES = {"rmtree", "TemporaryDirectory", "removedirs"}


def recursive_removals(code: str) -> Iterator[int]:
    """Yield the line of each recursive removal, by whatever name it is imported."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name):
                found = name in _NAMES
            case ast.Constant(value=str(text)):
                found = text in _NAMES or re.match(r"rm\s+-\w*[rR]", text) is not None
            case ast.List(elts=words) | ast.Tuple(elts=words):
                texts = [word.value for word in words if isinstance(word, ast.Constant)]
                options = [text for text in texts if re.fullmatch(r"-\w*[rR]\w*", str(text))]
                found = "rm" in texts and bool(options)
            case _:
                continue
        if found:
            yield node.lineno
