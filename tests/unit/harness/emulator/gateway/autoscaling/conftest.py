import pytest

from tests.unit.harness.emulator.gateway.autoscaling.scaled_service import Cloud
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


@pytest.fixture
def cloud(aws: FakeAws) -> Cloud:
    return Cloud(aws)
