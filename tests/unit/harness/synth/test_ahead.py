"""Synthesis in advance, while the target starts."""

import pytest

from harness.core.errors import ProcessError, UsageError
from harness.deploy.deploy import deploy
from harness.synth.ahead import synthesized_ahead
from tests.unit.harness.fake_run import FakeRun
from tests.unit.harness.fake_target import UnusedTarget


def test_the_predicted_configuration_is_the_deployed_one(fake_run: FakeRun) -> None:
    deployment = deploy(fake_run.run())

    assert fake_run.synths_ahead == [deployment.config]


def test_the_preferred_database_version_is_predicted(fake_run: FakeRun) -> None:
    tiers = {"tiers": ["network", "secret", "database"]}
    with synthesized_ahead(fake_run.run(stack_settings=tiers), fake_run.target):
        pass

    assert fake_run.synths_ahead[0].aurora_engine_version == "16.8"


def test_an_exact_version_is_predicted_unchanged(fake_run: FakeRun) -> None:
    settings = {"tiers": ["network", "secret", "database"], "aurora_engine_version": "16.6"}
    with synthesized_ahead(fake_run.run(stack_settings=settings), fake_run.target):
        pass

    assert fake_run.synths_ahead[0].aurora_engine_version == "16.6"


def test_nothing_is_synthesized_ahead_for_an_unpredictable_target(fake_run: FakeRun) -> None:
    class Unpredictable(UnusedTarget):
        pass

    with synthesized_ahead(fake_run.run(), Unpredictable()):
        pass

    assert fake_run.synths_ahead == []


def test_the_error_of_a_synth_ahead_is_raised_by_the_synth_of_the_deployment(
    fake_run: FakeRun,
) -> None:
    fake_run.synthesized = ProcessError("no node")

    with pytest.raises(ProcessError, match="no node"):
        deploy(fake_run.run())

    assert len(fake_run.synths) == len(fake_run.synths_ahead) == 1


def test_an_invalid_configuration_starts_nothing(fake_run: FakeRun) -> None:
    with pytest.raises(UsageError, match="desired_count"):
        deploy(fake_run.run(stack_settings={"desired_count": -1}))

    assert "start" not in fake_run.target.steps
    assert fake_run.ledger.records() == ()
