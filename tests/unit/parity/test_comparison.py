"""The comparison notices what a reply lacks, and the page is current."""

from dataclasses import replace
from typing import Any

import pytest

from tests.parity.comparison import Parity, compare
from tests.parity.page import PAGE, page
from tests.unit.harness.checks import recording
from tests.unit.harness.checks.recording import Exchange

FEWEST = 40


def exchange(name: str) -> Exchange:
    return next(each for each in recording.load("checks") if each.name == name)


def parity_of(name: str, change: Any) -> Parity:
    """Compare one reply of the embedded cloud after a change."""
    found = exchange(name)
    response = recording.as_json(
        found.response, recording.output_shape(found.service, found.operation)
    )
    response = recording.from_json(response, recording.output_shape(found.service, found.operation))
    change(response)
    (parity,) = compare([replace(found, response=response)])
    return parity


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_at_least_forty_operations_have_recordings_and_no_difference_is_unexplained() -> None:
    parities = compare(each for name in recording.SETS for each in recording.load(name))

    assert {each.operation: each.unexplained for each in parities if each.unexplained} == {}
    assert sum(each.recordings > 0 for each in parities) >= FEWEST


@pytest.mark.parametrize(
    ("operation", "change", "difference"),
    [
        (
            "ec2.DescribeVpcs",
            lambda reply: reply["Vpcs"][0].pop("CidrBlock"),
            "Vpcs[].CidrBlock is missing",
        ),
        ("ec2.DescribeVpcs", lambda reply: reply.pop("Vpcs"), "Vpcs is missing"),
        (
            "ecs.DescribeServices",
            lambda reply: reply["services"][0].update(desiredCount="2"),
            "services[].desiredCount is text, not number",
        ),
        (
            "ec2.DescribeVpcs",
            lambda reply: reply["Vpcs"][0].update(State="lost"),
            "Vpcs[].State is 'lost', which AWS does not list",
        ),
        (
            "iam.GetRolePolicy",
            lambda reply: reply.pop("PolicyDocument"),
            "PolicyDocument is missing",
        ),
    ],
)
def test_a_difference_is_unexplained(operation: str, change: Any, difference: str) -> None:
    assert parity_of(operation, change).unexplained == (difference,)


def test_a_field_that_aws_sends_sometimes_may_be_missing() -> None:
    def remove_tags(reply: dict[str, Any]) -> None:
        reply["Vpcs"][0].pop("Tags")

    assert parity_of("ec2.DescribeVpcs", remove_tags).unexplained == ()
