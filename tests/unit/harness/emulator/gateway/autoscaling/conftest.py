import pytest

from tests.unit.harness.emulator.gateway.autoscaling.scaled_service import ScaledService
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


@pytest.fixture
def scaled(aws: FakeAws) -> ScaledService:
    return ScaledService(aws)
