"""Synthesizing while the target starts."""

import pytest

from harness.core.errors import ProcessError, UsageError
from harness.deploy.deploy import deploy
from harness.synth.ahead import synthesized_ahead
from tests.unit.harness.fake_run import Way


def test_what_is_made_ahead_is_what_is_deployed(way: Way) -> None:
    deployment = deploy(way.run())

    assert way.synths_ahead == [deployment.config]


def test_the_preferred_database_version_is_foreseen(way: Way) -> None:
    tiers = {"tiers": ["network", "secret", "database"]}
    with synthesized_ahead(way.run(stack_settings=tiers)):
        pass

    assert way.synths_ahead[0].aurora_engine_version == "16.8"


def test_an_exact_version_is_foreseen_as_it_is(way: Way) -> None:
    asked = {"tiers": ["network", "secret", "database"], "aurora_engine_version": "16.6"}
    with synthesized_ahead(way.run(stack_settings=asked)):
        pass

    assert way.synths_ahead[0].aurora_engine_version == "16.6"


def test_other_targets_are_asked_first(way: Way) -> None:
    with synthesized_ahead(way.run(target="localstack")):
        pass

    assert way.synths_ahead == []


def test_a_synth_that_fails_ahead_is_told_by_the_one_that_counts(way: Way) -> None:
    way.synthesized = ProcessError("no node")

    with pytest.raises(ProcessError, match="no node"):
        deploy(way.run())

    assert len(way.synths) == len(way.synths_ahead) == 1


def test_a_configuration_that_cannot_be_used_starts_nothing(way: Way) -> None:
    with pytest.raises(UsageError, match="desired_count"):
        deploy(way.run(stack_settings={"desired_count": -1}))

    assert way.target.steps == []
    assert way.ledger.records() == ()
