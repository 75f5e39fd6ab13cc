"""The table of options for pytest, the command line and the environment."""

from dataclasses import fields

import pytest

from harness.settings.options import OPTIONS, Option
from harness.settings.settings import HarnessSettings


def test_the_names_of_an_option_follow_from_one() -> None:
    option = Option("environment-suffix", "...")

    assert option.field == "environment_suffix"
    assert option.variable == "CATALOG_HARNESS_ENVIRONMENT_SUFFIX"
    assert option.ini == "catalog_environment_suffix"
    assert option.pytest_name == "catalog-environment-suffix"


def test_no_option_is_listed_twice() -> None:
    names = [option.name for option in OPTIONS]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_a_setting_with_the_same_default(option: Option) -> None:
    defaults = {field.name: field.default for field in fields(HarnessSettings)}

    assert option.field in defaults
    assert option.default in (defaults[option.field], str(defaults[option.field]))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_choice_includes_its_default(option: Option) -> None:
    assert (option.kind == "choice") == bool(option.choices)
    assert not option.choices or option.default in option.choices
