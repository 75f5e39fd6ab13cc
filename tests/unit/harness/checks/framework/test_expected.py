from dataclasses import dataclass
from typing import get_type_hints

import pytest

from harness.checks.framework.expected import ExpectedStack, Tier
from harness.run.stack_definition import StackOutputs
from stack import tiers
from stack.config import StackConfig
from stack.outputs import CatalogOutputs

CONFIG = StackConfig(environment_suffix="pr1", image="catalog-api:2", desired_count=3)


def test_the_tiers_are_those_of_the_stack() -> None:
    assert {tier.name: tier.value for tier in Tier} == {t.name: t.value for t in tiers.Tier}


def test_it_has_the_values_of_the_configuration() -> None:
    expected = ExpectedStack.of(CONFIG)

    assert expected.desired_count == 3
    assert expected.alb_name == CONFIG.alb_name
    assert CONFIG.alarm_name("alb-5xx").startswith(expected.alarm_prefix)
    assert expected.scaling_resource_id == "service/catalog-pr1/catalog-api-pr1"


def test_another_configuration_with_the_same_attributes_will_do() -> None:
    assert ExpectedStack.of(ExpectedStack.of(CONFIG)) == ExpectedStack.of(CONFIG)


def test_a_configuration_without_one_of_the_attributes_is_an_error() -> None:
    @dataclass
    class Incomplete:
        environment_suffix: str = "pr1"

    with pytest.raises(AttributeError, match="tiers"):
        ExpectedStack.of(Incomplete())


def test_the_outputs_of_the_stack_are_those_that_checks_read() -> None:
    read, given = get_type_hints(StackOutputs), get_type_hints(CatalogOutputs)

    assert read
    assert {name: given.get(name) for name in read} == read
