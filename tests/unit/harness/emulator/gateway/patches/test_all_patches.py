"""The table of repairs explains itself."""

import re

import pytest

from harness.emulator.gateway.alb.registry import Directory
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.environment import Pace
from harness.emulator.gateway.patches import Repair, all_repairs
from harness.emulator.gateway.state_store import Memory
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


def table() -> tuple[Repair, ...]:
    aws = FakeAws().api
    memory = Memory(None)
    return all_repairs(aws, Directory(aws, Pace(1), {}), Distributions(aws, {}), memory)


@pytest.mark.parametrize("repair", table(), ids=lambda repair: type(repair).__name__)
def test_every_repair_says_what_it_repairs_and_where_aws_says_so(repair: Repair) -> None:
    assert repair.ministack
    assert repair.aws
    assert repair.operations
    assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html", repair.documentation)
