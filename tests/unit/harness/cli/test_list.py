"""``catalog-harness list``."""

import json

import pytest

from harness.teardown.listing import ListedRun
from tests.unit.harness.cli.conftest import CommandLine, Options
from tests.unit.harness.fake_run import SUFFIX, FakeRun


def damage(fake_run: FakeRun) -> None:
    bad = fake_run.ledger.directory("bad")
    bad.mkdir(parents=True)
    (bad / "run.json").write_text("{")


def test_runs_are_listed(call: CommandLine, fake_run: FakeRun, deployable: Options) -> None:
    call("deploy", *deployable)
    damage(fake_run)

    completed = call("list")

    assert completed.status == 0
    assert f"{SUFFIX}  embedded  deployed, 0 min old, expires 20" in completed.out
    assert "\n  destroy would " in completed.out
    assert "in use by" not in completed.out
    assert "unreadable: the record" in completed.out


def test_who_uses_a_run_and_why_it_is_left_are_lines_of_their_own(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = ("pr1", "aws", "eu-north-1", "deploying", "process 7", "its process was killed")
    run = ListedRun(*facts, started_at="", age_minutes=3, expires_at="", destroy="refuse")
    monkeypatch.setattr("harness.cli.list.list_runs", lambda _: [run])

    assert call("list").out.splitlines() == [
        "pr1  aws  deploying, 3 min old, does not expire",
        "  in use by process 7",
        "  its process was killed",
        "  destroy would refuse",
    ]


def test_json_has_the_same(call: CommandLine, fake_run: FakeRun, deployable: Options) -> None:
    call("deploy", *deployable)
    damage(fake_run)

    content = json.loads(call("list", "--json").out)

    (run,) = content["runs"]
    assert (run["environment_suffix"], run["status"], run["owner"]) == (SUFFIX, "deployed", "")
    assert "bad/run.json cannot be read" in content["unreadable"][0]


def test_without_runs_there_is_one_line(call: CommandLine, fake_run: FakeRun) -> None:
    assert call("list").out == "no run on record may have resources\n"
