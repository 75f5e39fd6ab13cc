import pytest

from tests.unit.harness.emulator.gateway.autoscaling.fixtures import Cloud
from tests.unit.harness.emulator.gateway.support import FakeAws


@pytest.fixture
def cloud(aws: FakeAws) -> Cloud:
    return Cloud(aws)
