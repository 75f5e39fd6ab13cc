"""Synthesizing while the target starts."""

import pytest

from harness.core.errors import ProcessError, UsageError
from harness.deploy.deploy import deploy
from harness.synth.ahead import synthesized_ahead
from tests.unit.harness.fake_run import Way
from tests.unit.harness.fake_target import UnusedTarget


def test_what_is_made_ahead_is_what_is_deployed(way: Way) -> None:
    deployment = deploy(way.run())

    assert way.synths_ahead == [deployment.config]


def test_the_preferred_database_version_is_predicted(way: Way) -> None:
    tiers = {"tiers": ["network", "secret", "database"]}
    with synthesized_ahead(way.run(stack_settings=tiers), way.target):
        pass

    assert way.synths_ahead[0].aurora_engine_version == "16.8"


def test_an_exact_version_is_predicted_as_it_is(way: Way) -> None:
    asked = {"tiers": ["network", "secret", "database"], "aurora_engine_version": "16.6"}
    with synthesized_ahead(way.run(stack_settings=asked), way.target):
        pass

    assert way.synths_ahead[0].aurora_engine_version == "16.6"


def test_nothing_is_made_ahead_for_a_target_that_is_not_predictable(way: Way) -> None:
    class Unpredictable(UnusedTarget):
        pass

    with synthesized_ahead(way.run(), Unpredictable()):
        pass

    assert way.synths_ahead == []


def test_a_synth_that_fails_ahead_is_reported_by_the_one_that_is_deployed(way: Way) -> None:
    way.synthesized = ProcessError("no node")

    with pytest.raises(ProcessError, match="no node"):
        deploy(way.run())

    assert len(way.synths) == len(way.synths_ahead) == 1


def test_a_configuration_that_cannot_be_used_starts_nothing(way: Way) -> None:
    with pytest.raises(UsageError, match="desired_count"):
        deploy(way.run(stack_settings={"desired_count": -1}))

    assert "start" not in way.target.steps
    assert way.ledger.records() == ()
