from collections.abc import Iterator

import boto3
import pytest

from tests.unit.harness.emulator.gateway.support import FakeAws, emulator, session_of

_accounts = iter(range(200_000_000_000, 300_000_000_000))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


@pytest.fixture(scope="session")
def bare_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulator("ministack", tmp_path_factory.mktemp("bare")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def gateway_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("gateway")
    with emulator("harness.emulator.gateway", directory) as endpoint:
        yield endpoint


@pytest.fixture
def account() -> str:
    """An account of the test's own: emulators are shared by all tests of a session."""
    return str(next(_accounts))


@pytest.fixture
def bare(bare_endpoint: str, account: str) -> boto3.Session:
    return session_of(bare_endpoint, account=account)


@pytest.fixture
def gateway(gateway_endpoint: str, account: str) -> boto3.Session:
    return session_of(gateway_endpoint, account=account)
