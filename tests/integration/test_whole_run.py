"""A run that goes well, as its user sees it from outside."""

from tests.integration.cli_process import Trial


def test_a_run_ends_with_nothing_left_on_the_machine(trial: Trial) -> None:
    trial.start("run", tiers=("secret",))
    trial.await_resource("aws_secretsmanager_secret")
    trial.family()

    assert trial.wait() == 0

    assert trial.report["passed"]
    assert trial.report["torn_down"]
    assert trial.record["status"] == "destroyed"
    assert trial.running() == []
    assert trial.left_behind() == []
