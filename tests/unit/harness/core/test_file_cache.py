"""Files in the cache folder of the user."""

import errno
import os
from pathlib import Path

import pytest

from harness.core import file_cache


def test_a_file_is_replaced_and_no_other_one_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "name.tf.json"
    file_cache.store(path, b"first", keep=2)

    file_cache.store(path, b"second", keep=2)

    assert [(each.name, each.read_bytes()) for each in path.parent.iterdir()] == [
        ("name.tf.json", b"second")
    ]


def test_the_oldest_files_of_the_same_kind_are_deleted(tmp_path: Path) -> None:
    for age, name in enumerate(["a.one", "b.one", "tmp7x2.one", "d.other"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (age, age))

    file_cache.store(tmp_path / "e.one", b"", keep=2)

    assert {each.name for each in tmp_path.iterdir()} == {"tmp7x2.one", "e.one", "d.other"}


def test_on_a_full_disk_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(OSError, match="No space left"):
        file_cache.store(tmp_path / "a.one", b"content", keep=2)
    assert not list(tmp_path.iterdir())


def test_an_entry_that_another_process_deletes_meanwhile_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "gone.one").symlink_to(tmp_path / "deleted")  # listed, and not found

    file_cache.store(tmp_path / "a.one", b"content", keep=1)

    assert (tmp_path / "a.one").read_bytes() == b"content"
