"""A run: its record, and that it never uses that of another run."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from harness.catalog import CATALOG
from harness.core.errors import UsageError
from harness.run.ledger import Ledger, RunStatus
from harness.run.owner import RunInUseError, process_start
from harness.run.run import Run
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import HarnessSettings


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(
        stack=CATALOG,
        settings=HarnessSettings(
            terraform="/bin/tofu", provider_mirror=Path("/mirror"), home=tmp_path
        ),
        environment_suffix="pr1",
        ledger=Ledger(tmp_path),
        timeline=Timeline(Observer()),
        owner_pid=None,
    )


def another(run: Run, *, reuse_stack: bool = False) -> Run:
    """Another run of the same suffix, started at another time."""
    settings = replace(run.settings, reuse_stack=reuse_stack)
    later = "2031-01-02T03:04:05+00:00"
    return replace(run, settings=settings, timeline=Timeline(Observer()), started_at=later)


def test_a_run_has_no_record_before_it_begins(run: Run) -> None:
    assert run.find_record() is None
    with pytest.raises(UsageError, match=r"\(pr1\) is not on record"):
        _ = run.record


def test_the_settings_for_destroy_are_on_record_from_the_beginning(run: Run) -> None:
    run.begin()

    assert run.record.status is RunStatus.STARTING
    assert run.record.started_at == run.started_at
    assert (run.record.terraform, run.record.mirror) == ("/bin/tofu", Path("/mirror"))


def test_the_tags_of_its_resources_are_on_record(run: Run) -> None:
    settings = replace(run.settings, owner="shop team", max_duration=90.0)
    replace(run, settings=settings, started_at="2026-11-25T20:30:00+00:00").begin()

    record = run.ledger.get("pr1")
    assert record.run_id == "pr1-20261125T203000000000Z"
    assert record.owner == "shop team"
    assert record.expires_at == "2026-11-25T22:00:00Z"


def test_without_a_mirror_none_is_on_record(run: Run) -> None:
    replace(run, settings=replace(run.settings, provider_mirror=None)).begin()

    assert run.record.mirror is None


def test_a_run_does_not_use_the_record_of_another(run: Run) -> None:
    run.begin()

    assert another(run).find_record() is None


def test_a_run_that_reuses_a_stack_uses_the_existing_record(run: Run) -> None:
    run.begin()

    assert another(run, reuse_stack=True).record == run.record


def test_an_update_is_written_to_the_ledger(run: Run) -> None:
    run.begin()

    returned = run.update(status=RunStatus.DEPLOYED)

    assert returned.status is RunStatus.DEPLOYED
    assert run.ledger.get("pr1") == returned


def test_the_workspace_is_in_the_folder_of_the_run(run: Run) -> None:
    assert run.workspace_directory.parent == run.directory == run.ledger.directory("pr1")


def test_a_timeline_is_passed_on_by_file(run: Run) -> None:
    run.begin()
    with run.timeline.phase("apply"):
        pass
    run.save_timeline()

    other = another(run)
    other.load_timeline()

    assert [phase.name for phase in other.timeline.phases] == ["apply"]


def test_without_a_saved_timeline_nothing_is_loaded(run: Run) -> None:
    run.load_timeline()

    assert run.timeline.phases == ()


def test_a_new_run_does_not_load_the_timeline_of_an_earlier_one_with_its_suffix(run: Run) -> None:
    run.begin()
    with run.timeline.phase("apply"):
        pass
    run.save_timeline()
    run.update(status=RunStatus.DESTROYED)

    new = another(run)
    new.begin()
    new.load_timeline()

    assert new.timeline.phases == ()


def test_a_run_that_cannot_begin_keeps_the_timeline_of_the_other(run: Run) -> None:
    run.begin()
    run.save_timeline()

    with pytest.raises(UsageError, match="on record as starting"):
        another(run).begin()

    assert (run.directory / "timeline.json").exists()


def test_the_owning_process_is_on_record(run: Run) -> None:
    run.begin()

    assert run.record.owner_pid == os.getpid()
    assert run.record.owner_started == process_start(os.getpid())


def test_workers_of_a_session_put_its_controlling_process_on_record(run: Run) -> None:
    replace(run, controller_pid=os.getppid()).begin()

    assert run.ledger.get("pr1").owner_pid == os.getppid()


def test_an_owned_run_without_a_record_leaves_no_folder(run: Run) -> None:
    with run.owned("catalog-harness run"):
        assert run.directory.exists()

    assert not run.directory.exists()


def test_an_owned_run_on_record_stays_on_record_and_is_free_afterwards(run: Run) -> None:
    with run.owned("catalog-harness run"):
        run.begin()

    assert run.record.status is RunStatus.STARTING
    assert run.ledger.owners() == {}


def test_a_run_in_use_is_taken_only_by_force(run: Run) -> None:
    with run.owned("pytest"):
        run.begin()
        with pytest.raises(RunInUseError), another(run).owned("catalog-harness destroy"):
            pass
        with another(run).owned("catalog-harness destroy", force=True):
            pass

        (owner,) = run.ledger.owners().values()
        assert owner.activity == "pytest", "the lock stays with the owner"


@pytest.mark.parametrize("umask", [0o000, 0o027, 0o077], ids=oct)
def test_the_files_of_a_run_are_private_whatever_the_umask(run: Run, umask: int) -> None:
    former = os.umask(umask)
    try:
        with run.owned("catalog-harness run"):
            run.begin()
            run.save_timeline()
    finally:
        os.umask(former)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in run.directory.iterdir()}
    assert set(modes) >= {"run.json", "owner.lock", "timeline.json"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(run.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(run.directory.parent.stat().st_mode) == 0o700
