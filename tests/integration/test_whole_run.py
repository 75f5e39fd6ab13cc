"""A run that goes well, as its user sees it from outside."""

from tests.integration.cli_process import CliProcess


def test_a_run_ends_with_nothing_left_on_the_machine(cli: CliProcess) -> None:
    cli.start("run", tiers=("secret",))
    cli.await_resource("aws_secretsmanager_secret")
    cli.family()

    assert cli.wait() == 0

    assert cli.report["passed"]
    assert cli.report["torn_down"]
    assert cli.record["status"] == "destroyed"
    assert cli.running() == []
    assert cli.left_behind() == []
