from collections.abc import Iterator

import boto3
import pytest

from tests.component.harness.emulator.gateway.emulator_process import emulator, session_of
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws

_accounts = iter(range(200_000_000_000, 300_000_000_000))


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """MiniStack without patches and the gateway, started at the same time."""
    with (
        emulator("ministack", tmp_path_factory.mktemp("bare")) as bare,
        emulator("harness.emulator.gateway", tmp_path_factory.mktemp("gateway")) as gateway,
    ):
        yield bare.await_ready(), gateway.await_ready()


@pytest.fixture
def bare_endpoint(endpoints: tuple[str, str]) -> str:
    return endpoints[0]


@pytest.fixture
def gateway_endpoint(endpoints: tuple[str, str]) -> str:
    return endpoints[1]


@pytest.fixture
def account() -> str:
    """A new account for each test: emulators are shared by all tests of a session."""
    return str(next(_accounts))


@pytest.fixture
def bare(bare_endpoint: str, account: str) -> boto3.Session:
    return session_of(bare_endpoint, account=account)


@pytest.fixture
def bare_default(bare_endpoint: str) -> boto3.Session:
    """The only account whose load balancers MiniStack serves without the gateway."""
    return session_of(bare_endpoint, account="test")


@pytest.fixture
def gateway(gateway_endpoint: str, account: str) -> boto3.Session:
    return session_of(gateway_endpoint, account=account)
