"""The documentation has every patch: what MiniStack does, what AWS does, and where AWS says so."""

import re
from collections import defaultdict
from pathlib import Path

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.autoscaling.api import ApplicationAutoScaling
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches import all_patches
from harness.emulator.gateway.service_scheduler import ServiceScheduler
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

PAGE = Path(__file__).parents[6] / "docs" / "embedded-cloud.md"
ROW = re.compile(
    r"\| (?P<service>[a-z0-9-]+) \| `(?P<patch>\w+)` \| [^|]+ "
    r"\| [^|]+ \(\[documentation\]\(https://docs\.aws\.amazon\.com/\S+\.html\)\) \|"
)


def test_every_patch_is_documented_with_its_service_and_the_source() -> None:
    aws = FakeAws().api
    registry = AlbRegistry(aws, TimeScale(1))
    patches = all_patches(aws, registry, Distributions(aws, {}), defaultdict(dict))
    services = {type(patch).__name__: patch.service for patch in patches}
    services |= {ApplicationAutoScaling.__name__: "application-autoscaling"}
    services |= {ServiceScheduler.__name__: "ecs"}

    rows = {found["patch"]: found["service"] for found in ROW.finditer(PAGE.read_text())}

    assert rows == services
