"""A run that goes well, as its user sees it from outside."""

from tests.component.harness.terraform.provider_clock.refusals import FORBID_PTRACE
from tests.integration.cli_process import CliProcess


def test_a_run_passes_where_everything_takes_its_time_as_on_aws_and_leaves_nothing(
    cli: CliProcess,
) -> None:
    cli.start("run", "--aws-delays", desired_count=2)
    cli.await_resource("aws_ecs_service")
    cli.family()

    assert cli.wait() == 0, cli.output

    assert cli.report["verdict"] == "passed"
    assert cli.report["facts"]["delays"] == "those of AWS"
    assert "readiness" in [phase["name"] for phase in cli.report["phases"]]
    assert cli.report["torn_down"]
    assert cli.record["status"] == "destroyed"
    assert cli.running() == []
    assert cli.left_behind() == []


def test_without_ptrace_the_provider_runs_at_normal_speed_and_one_note_has_the_reason(
    cli: CliProcess,
) -> None:
    cli.preparation = FORBID_PTRACE

    cli.start("run", tiers=("storage",))

    assert cli.wait() == 0
    assert cli.report["passed"]
    assert cli.report["facts"]["provider clock"] == "normal speed"
    assert cli.output.count("normal speed: ") == 1
    assert "normal speed: ptrace is not permitted" in cli.output
    assert cli.left_behind() == []
