"""The command check."""

import json
from pathlib import Path

import pytest

from harness.checks.registry import all_checks
from harness.run.evidence import Status
from harness.run.ledger import RunStatus
from tests.unit.harness.cli.conftest import CommandLine, Options
from tests.unit.harness.fake_checks import FakeChecks, result
from tests.unit.harness.fake_run import SUFFIX, FakeRun


@pytest.mark.usefixtures("checks")
class TestCheck:
    def test_it_checks_the_newest_deployed_stack(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        checks: FakeChecks,
        reports: Path,
    ) -> None:
        call("deploy", *deployable)

        completed = call("check", "--only", "alb/*", "--only", "ecs/*", "--read-only")

        assert completed.status == 0, completed.err
        assert checks.given["only"] == ("alb/*", "ecs/*")
        assert checks.given["exclusive"] is False
        assert fake_run.status is RunStatus.DEPLOYED
        assert fake_run.verbs.count("apply") == 1

    def test_all_checks_run_by_default(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, checks: FakeChecks
    ) -> None:
        call("deploy", *deployable)

        call("check", "--environment-suffix", SUFFIX)

        assert (checks.given["only"], checks.given["exclusive"]) == (None, True)

    def test_a_failed_check_is_status_1(
        self, call: CommandLine, deployable: Options, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call("deploy", *deployable)
        failed = (result("alb/a", Status.FAILED),)
        monkeypatch.setattr("harness.pipeline.prove.run_checks", lambda *_, **__: failed)

        assert call("check").status == 1

    def test_the_list_is_one_line_per_check_when_piped_and_can_be_json(
        self, call: CommandLine
    ) -> None:
        lines = call("check", "--list").out.splitlines()
        found = json.loads(call("check", "--list", "--json").out)

        assert [line.split("\t")[0] for line in lines] == [spec.id for spec in all_checks()]
        assert [each["id"] for each in found] == [spec.id for spec in all_checks()]
        assert {"claim", "plane", "requires", "exclusive"} < set(found[0])

    def test_json_is_for_the_list(self, call: CommandLine) -> None:
        assert call("check", "--json").status == 2

    def test_the_checks_can_be_listed_without_a_stack(self, call: CommandLine) -> None:
        completed = call("check", "--list")

        assert completed.status == 0
        assert "alb/" in completed.out
        assert "cloudfront/" in completed.out

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((), "no deployed stack is on record"),
            (("--environment-suffix", "pr9"), "no run with environment suffix 'pr9'"),
            (("--environment-suffix", "A B"), "invalid environment suffix 'A B'"),
        ],
    )
    def test_an_unknown_stack_is_a_usage_error(
        self, call: CommandLine, fake_run: FakeRun, arguments: Options, message: str
    ) -> None:
        completed = call("check", *arguments)

        assert completed.status == 2
        assert message in completed.err
