"""A run belongs to the process that holds its lock."""

import json
import os
import stat
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.run.lock_files import LOCK_FILE
from harness.run.owner import (
    Owner,
    RunInUseError,
    dead_owner,
    living_owner,
    process_start,
    run_lock,
)

STALE = Owner(4242, "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:01+00:00", "pytest")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "pr1"


def test_the_owner_is_named_with_its_process_and_the_time(folder: Path) -> None:
    with run_lock(folder, "catalog-harness run"):
        owner = living_owner(folder)

    assert owner is not None
    assert (owner.pid, owner.activity) == (os.getpid(), "catalog-harness run")
    assert owner.started == process_start(os.getpid())
    assert owner.started <= owner.since


def test_a_run_in_use_is_refused_with_its_owner_and_without_a_way_to_take_it(folder: Path) -> None:
    with run_lock(folder, "pytest"):
        with (
            pytest.raises(
                RunInUseError, match=rf"run pr1 is in use by process {os.getpid()} "
            ) as raised,
            run_lock(folder, "catalog-harness destroy", patience=0.0),
        ):
            pass
        assert living_owner(folder) is not None, "the refused one takes nothing away"

    assert raised.value.exit_code == 2
    assert "destroy" not in raised.value.remedy


def test_a_released_run_is_free(folder: Path) -> None:
    with run_lock(folder, "pytest"):
        pass

    assert living_owner(folder) is None
    assert dead_owner(folder) is None
    with run_lock(folder, "pytest", patience=0.0):
        pass


def test_a_run_that_never_began_is_free(folder: Path) -> None:
    assert living_owner(folder) is None
    assert dead_owner(folder) is None


def test_an_owner_that_did_not_release_is_dead(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / LOCK_FILE).write_text(json.dumps(asdict(STALE)))

    assert living_owner(folder) is None
    assert dead_owner(folder) == STALE
    with run_lock(folder, "catalog-harness destroy"):
        assert dead_owner(folder) is None
        owner = living_owner(folder)
        assert owner is not None
        assert owner.activity == "catalog-harness destroy"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "1"}'])
def test_a_damaged_lock_file_is_no_lock(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / LOCK_FILE).write_text(text)

    assert dead_owner(folder) is None
    with run_lock(folder, "pytest"):
        pass


def test_a_damaged_lock_file_that_is_locked_has_an_owner(folder: Path) -> None:
    with run_lock(folder, "pytest"):
        (folder / LOCK_FILE).write_text("{")

        assert "process 0 (starting or ending)" in str(living_owner(folder))


def test_the_lock_of_a_removed_folder_is_not_taken(folder: Path) -> None:
    with ExitStack() as stack:
        stack.enter_context(run_lock(folder, "pytest"))
        folder.rename(folder.with_name("removed"))

        stack.enter_context(run_lock(folder, "catalog-harness run", patience=0.0))

        owner = living_owner(folder)
        assert owner is not None
        assert owner.activity == "catalog-harness run"


def test_the_lock_file_is_private(folder: Path) -> None:
    with run_lock(folder, "pytest"):
        assert stat.S_IMODE((folder / LOCK_FILE).stat().st_mode) == 0o600


def test_a_linked_lock_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (tmp_path / "decoy").write_text("precious")
    (folder / LOCK_FILE).symlink_to(tmp_path / "decoy")

    with pytest.raises(HarnessError, match="is not writable"), run_lock(folder, "pytest"):
        pass
    assert (tmp_path / "decoy").read_text() == "precious"


def test_a_folder_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")

    with (
        pytest.raises(HarnessError, match=r"is not writable.*\n.*CATALOG_HARNESS_HOME"),
        run_lock(tmp_path / "runs" / "pr1", "pytest"),
    ):
        pass


def test_an_ended_process_has_no_start() -> None:
    assert process_start(2**22 + 1) == ""
