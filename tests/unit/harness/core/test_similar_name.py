import pytest

from harness.aws.capability import Capability
from harness.core.errors import UsageError
from harness.core.similar_name import similar_name
from harness.settings.settings import load_settings


@pytest.mark.parametrize(
    ("typed", "meant"), [("asw", "aws"), ("AWS", "aws"), ("localstac", "localstack")]
)
def test_a_mistyped_name_gets_the_nearest(typed: str, meant: str) -> None:
    assert similar_name(typed, ("embedded", "localstack", "aws")) == f". Did you mean {meant!r}?"


def test_a_name_like_no_other_gets_none() -> None:
    assert similar_name("moon", ("embedded", "localstack", "aws")) == ""


def test_a_member_of_an_enumeration_is_its_value() -> None:
    assert similar_name("rds-dat", Capability) == ". Did you mean 'rds-data'?"


def test_a_mistyped_target_gets_a_suggestion_and_all_choices() -> None:
    with pytest.raises(UsageError, match=r"'asw' is not a target\. Did you mean 'aws'\?\n.*local"):
        load_settings({"target": "asw"}, environ={})
