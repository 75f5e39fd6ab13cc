"""The ledger: records are durable and never overwritten by another run."""

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import HarnessError, UsageError
from harness.run.ledger import Ledger, RunRecord, RunStatus, now


def record(
    suffix: str = "pr1", *, status: RunStatus = RunStatus.STARTING, started_at: str | None = None
) -> RunRecord:
    return RunRecord(
        environment_suffix=suffix,
        target="embedded",
        region="eu-north-1",
        status=status,
        started_at=started_at or now(),
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "home")


class TestRecord:
    def test_another_process_reads_what_one_wrote(self, ledger: Ledger, tmp_path: Path) -> None:
        ledger.begin(record())
        ledger.update(
            "pr1",
            status=RunStatus.DEPLOYED,
            applied=True,
            attachment={"cloud": "/tmp/cloud"},  # noqa: S108
            config={"desired_count": 2},
        )

        found = Ledger(tmp_path / "home").get("pr1")

        assert found.status is RunStatus.DEPLOYED
        assert found.applied
        assert found.attachment == {"cloud": "/tmp/cloud"}  # noqa: S108
        assert found.config == {"desired_count": 2}

    def test_updates_of_several_threads_are_all_kept(self, ledger: Ledger) -> None:
        ledger.begin(record())
        fields = {"run_id": "i", "owner": "o", "terraform": "tf", "error": "e"}
        barrier = threading.Barrier(len(fields))

        def update(name: str) -> None:
            barrier.wait()
            ledger.update("pr1", **{name: fields[name]})

        with ThreadPoolExecutor(len(fields)) as pool:
            list(pool.map(update, fields))

        found = ledger.get("pr1")
        assert {name: getattr(found, name) for name in fields} == fields

    def test_the_mirror_is_a_path(self, ledger: Ledger) -> None:
        ledger.begin(record())

        assert ledger.get("pr1").mirror is None
        assert ledger.update("pr1", provider_mirror="/m").mirror == Path("/m")

    def test_the_folder_of_a_run_is_private(self, ledger: Ledger) -> None:
        ledger.begin(record())

        mode = ledger.directory("pr1").stat().st_mode

        assert stat.S_IMODE(mode) == 0o700

    def test_an_unknown_run_is_an_error_with_the_known_ones(self, ledger: Ledger) -> None:
        ledger.begin(record("pr1"))

        with pytest.raises(UsageError, match=r"'pr2' is on record\n.*: pr1"):
            ledger.get("pr2")

    def test_updating_an_unknown_run_creates_no_record(self, ledger: Ledger) -> None:
        with pytest.raises(UsageError, match=r"may have resources: none"):
            ledger.update("pr1", applied=True)

        assert ledger.find("pr1") is None


class TestBegin:
    @pytest.mark.parametrize("status", [s for s in RunStatus if s is not RunStatus.DESTROYED])
    def test_a_suffix_that_may_still_have_resources_is_taken(
        self, ledger: Ledger, status: RunStatus
    ) -> None:
        ledger.begin(record())
        ledger.update("pr1", status=status)

        with pytest.raises(UsageError, match=rf"on record as {status}.*\n.*--catalog-reuse-stack"):
            ledger.begin(record())

    def test_a_destroyed_run_frees_its_suffix(self, ledger: Ledger) -> None:
        ledger.begin(record(started_at="2026-01-01T00:00:00"))
        ledger.update("pr1", status=RunStatus.DESTROYED)

        ledger.begin(record(started_at="2026-01-02T00:00:00"))

        assert ledger.get("pr1").started_at == "2026-01-02T00:00:00"

    def test_of_several_runs_with_one_suffix_one_begins(self, tmp_path: Path) -> None:
        runs = 4
        barrier = threading.Barrier(runs)

        def begin(number: int) -> str:
            barrier.wait()
            try:
                Ledger(tmp_path).begin(record(started_at=f"2026-01-0{number + 1}"))
            except UsageError:
                return ""
            return f"2026-01-0{number + 1}"

        with ThreadPoolExecutor(runs) as pool:
            begun = [each for each in pool.map(begin, range(runs)) if each]

        assert begun == [Ledger(tmp_path).get("pr1").started_at]

    @pytest.mark.parametrize(
        "suffix", ["", "PR1", "a_b", "-a", "a-", "a--b", "a/../b", "..", "x" * 21]
    )
    def test_an_invalid_suffix_is_refused_before_anything_starts(
        self, ledger: Ledger, suffix: str
    ) -> None:
        with pytest.raises(UsageError, match=r"invalid environment suffix .*\n.*pr123-7f3a"):
            ledger.begin(record(suffix))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
    def test_a_folder_without_permission_is_an_error(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)

        with pytest.raises(HarnessError, match=r"is not writable.*\n.*CATALOG_HARNESS_HOME"):
            Ledger(tmp_path / "home").begin(record())

    def test_a_home_that_is_a_file_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "home").write_text("")

        with pytest.raises(HarnessError, match=r"is not writable.*\n.*CATALOG_HARNESS_HOME"):
            Ledger(tmp_path / "home").begin(record())

    def test_the_fifty_newest_destroyed_runs_stay_on_record(self, ledger: Ledger) -> None:
        for number in range(51):
            ledger.begin(record(f"r{number}", started_at=f"2026-01-01T00:00:{number:02}"))
            ledger.update(f"r{number}", status=RunStatus.DESTROYED)
        ledger.begin(record("r99"))

        assert ledger.find("r0") is None
        assert not ledger.directory("r0").exists()
        assert ledger.find("r1") is not None


class TestChoice:
    def test_a_given_run_is_chosen_with_any_status(self, ledger: Ledger) -> None:
        ledger.begin(record("pr1"))

        assert ledger.choose("pr1") == "pr1"

    def test_by_default_the_newest_deployed_run_is_chosen(self, ledger: Ledger) -> None:
        for suffix, day, status in (
            ("old", 1, RunStatus.DEPLOYED),
            ("up", 2, RunStatus.DEPLOYED),
            ("broken", 3, RunStatus.FAILED),
            ("gone", 4, RunStatus.DESTROYED),
        ):
            ledger.begin(record(suffix, started_at=f"2026-01-0{day}T00:00:00"))
            ledger.update(suffix, status=status)

        assert ledger.choose(None) == "up"

    def test_an_empty_ledger_is_an_error_with_the_command_to_deploy(self, ledger: Ledger) -> None:
        with pytest.raises(UsageError, match=r"no deployed stack.*\n.*catalog-harness deploy"):
            ledger.choose(None)

    def test_unfinished_runs_are_listed(self, ledger: Ledger) -> None:
        ledger.begin(record("pr1"))
        ledger.update("pr1", status=RunStatus.DEPLOYING)

        with pytest.raises(UsageError, match=r"no deployed stack.*\n.*pr1 \(deploying\)"):
            ledger.choose(None)


class TestDamage:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "{}",
            json.dumps({"status": "levitating"}),
            json.dumps({"status": "failed"}),
        ],
    )
    def test_a_damaged_record_is_an_error_and_hides_no_other(
        self, ledger: Ledger, text: str
    ) -> None:
        ledger.begin(record("good"))
        ledger.begin(record("bad"))
        (ledger.directory("bad") / "run.json").write_text(text)

        with pytest.raises(HarnessError, match=r"bad/run\.json cannot be read"):
            ledger.find("bad")
        assert [each.environment_suffix for each in ledger.records()] == ["good"]
        assert [str(each.message) for each in ledger.unreadable()]
        ledger.begin(record("next"))

    @pytest.mark.parametrize(
        "changes",
        [
            {"environment_suffix": "good"},
            {"environment_suffix": "../../decoy"},
            {"target": "nowhere"},
            {"region": "../../x"},
            {"started_at": "yesterday"},
            {"applied": "yes"},
            {"attachment": {"cloud": ["/"]}},
            {"attachment": "/"},
            {"terraform": 7},
            {"error": None},
            {"future": "field"},
        ],
        ids=str,
    )
    def test_a_forged_record_is_unreadable(self, ledger: Ledger, changes: dict[str, Any]) -> None:
        ledger.begin(record("good"))
        ledger.begin(record("bad"))
        path = ledger.directory("bad") / "run.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

        with pytest.raises(HarnessError, match=r"bad/run\.json cannot be read.*\n.*sweep"):
            ledger.find("bad")
        assert [each.environment_suffix for each in ledger.records()] == ["good"]
        assert len(ledger.unreadable()) == 1

    def test_brackets_nested_too_deeply_are_damage(self, ledger: Ledger) -> None:
        ledger.begin(record("bad"))
        (ledger.directory("bad") / "run.json").write_text("[" * 20_000)

        assert "nested too deeply" in ledger.unreadable()[0].message

    def test_a_linked_record_is_foreign(self, ledger: Ledger, tmp_path: Path) -> None:
        ledger.begin(record("good"))
        ledger.begin(record("bad"))
        path = ledger.directory("bad") / "run.json"
        path.rename(tmp_path / "elsewhere.json")
        path.symlink_to(tmp_path / "elsewhere.json")

        assert "it is a link" in ledger.unreadable()[0].message

    def test_a_record_of_another_user_is_foreign(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger.begin(record("bad"))
        monkeypatch.setattr(os, "geteuid", lambda: 4242)

        assert "belongs to another user" in ledger.unreadable()[0].message

    def test_a_record_in_a_folder_that_is_no_suffix_is_unreadable(self, ledger: Ledger) -> None:
        ledger.begin(record("good"))
        foreign = ledger.directory("good").parent / "Not A Run"
        foreign.mkdir()
        (foreign / "run.json").write_text((ledger.directory("good") / "run.json").read_text())

        assert len(ledger.records()) == 1
        assert "Not A Run/run.json" in ledger.unreadable()[0].message
