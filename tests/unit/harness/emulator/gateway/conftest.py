import pytest

from harness.emulator.gateway.alb.endpoint import Endpoint
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


@pytest.fixture
def no_endpoint_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load balancers get a port on which nothing listens."""

    async def open_nothing(endpoint: Endpoint) -> None:
        endpoint.port = 4567

    monkeypatch.setattr(Endpoint, "open", open_nothing)
