import dataclasses
import json

import pytest

from stack.config import StackConfig
from stack.errors import ConfigError
from stack.tiers import ALL_TIERS


def test_a_suffix_is_all_that_must_be_given() -> None:
    config = StackConfig(environment_suffix="pr123-7f3a")
    assert config.region == "eu-north-1"
    assert config.tiers == ALL_TIERS
    assert (config.min_capacity, config.desired_count, config.max_capacity) == (2, 2, 10)
    assert config.aurora_engine_version is None


def test_a_configuration_does_not_change() -> None:
    config = StackConfig(environment_suffix="pr1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.region = "eu-west-1"  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.tags["a"] = "b"  # type: ignore[index]


def test_tags_are_copied() -> None:
    tags = {"owner": "me"}
    config = StackConfig(environment_suffix="pr1", tags=tags)
    tags["owner"] = "you"
    assert config.tags == {"owner": "me"}


def test_equal_configurations_are_interchangeable() -> None:
    one, other = (StackConfig(environment_suffix="pr1", tags={"a": "b"}) for _ in range(2))
    assert one == other
    assert len({one, other}) == 1


def test_a_configuration_round_trips_through_json() -> None:
    config = StackConfig(
        environment_suffix="pr1",
        tiers=frozenset({"network", "storage"}),
        tags={"owner": "me"},
        ingress_cidrs=("10.1.0.0/16", "10.2.0.0/16"),
        aurora_max_capacity=4,
        state_bucket="states",
    )
    read = json.loads(json.dumps(config.to_mapping()))
    assert StackConfig.from_mapping(read) == config


def test_a_mapping_names_every_field() -> None:
    mapping = StackConfig(environment_suffix="pr1").to_mapping()
    assert set(mapping) == {field.name for field in dataclasses.fields(StackConfig)}


def test_an_unknown_field_is_rejected_with_the_existing_fields() -> None:
    with pytest.raises(ConfigError, match=r"^desired_cuont is 3: no such field; .*desired_count"):
        StackConfig.from_mapping({"environment_suffix": "pr1", "desired_cuont": 3})


def test_a_mapping_without_suffix_is_rejected() -> None:
    with pytest.raises(ConfigError, match=r"^environment_suffix is not set"):
        StackConfig.from_mapping({"region": "eu-north-1"})


def test_a_field_of_the_wrong_type_is_rejected_by_name() -> None:
    with pytest.raises(ConfigError, match=r"^desired_count is '2': must be a whole number$"):
        StackConfig.from_mapping({"environment_suffix": "pr1", "desired_count": "2"})
