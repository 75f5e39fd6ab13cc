"""The table of patches explains itself."""

import re
from collections import defaultdict

import pytest

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches import Patch, all_patches
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


def table() -> tuple[Patch, ...]:
    aws = FakeAws().api
    registry = AlbRegistry(aws, TimeScale(1))
    return all_patches(aws, registry, Distributions(aws, {}), defaultdict(dict))


@pytest.mark.parametrize("patch", table(), ids=lambda patch: type(patch).__name__)
def test_every_patch_documents_both_behaviours_and_its_source(patch: Patch) -> None:
    assert patch.ministack
    assert patch.aws
    assert patch.service
    assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+\.html", patch.documentation)
