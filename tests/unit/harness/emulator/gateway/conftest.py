import pytest

from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()
