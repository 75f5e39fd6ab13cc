"""The tags that distinguish one run from another."""

import pytest

from harness.aws.tags import RunTags
from stack.config import StackConfig

START = "2026-11-25T20:30:15.250000+00:00"


def tags(**changes: object) -> RunTags:
    values: dict[str, object] = {"owner": "shop", "minutes": 90.0}
    return RunTags.of("pr1", START, **{**values, **changes})  # type: ignore[arg-type]


def test_the_end_is_the_start_and_the_longest_duration_in_utc_to_the_second() -> None:
    assert tags().expires_at == "2026-11-25T22:00:15Z"


def test_a_start_in_another_time_zone_is_the_same_moment() -> None:
    here = RunTags.of("pr1", "2026-11-25T22:30:15.25+02:00", owner="shop", minutes=90.0)

    assert here == tags()


def test_two_runs_with_one_suffix_have_different_ids() -> None:
    assert tags().run_id == "pr1-20261125T203015250000Z"
    assert RunTags.of("pr1", "2027-01-01T00:00:00+00:00", owner="", minutes=1).run_id != (
        tags().run_id
    )


@pytest.mark.parametrize(
    ("given", "owner"),
    [
        ("ci@example.com", "ci@example.com"),
        ("Zoë <z>", "Zo- -z-"),
        ("  ", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_owner_has_only_characters_that_aws_accepts(given: str, owner: str) -> None:
    assert tags(owner=given).owner == owner


def test_the_stack_accepts_them_as_tags() -> None:
    config = StackConfig(environment_suffix="pr1", tags=tags().to_mapping())

    assert config.tags["expires-at"] == "2026-11-25T22:00:15Z"
