"""The address of a LocalStack: precedence, and invalid addresses."""

import pytest

from harness.core.errors import UsageError
from harness.targets.localstack.endpoint import LocalStackEndpoint, find_endpoint


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST", "USE_SSL"):
        monkeypatch.delenv(name, raising=False)


def test_the_option_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://10.0.0.1:1")

    assert find_endpoint("http://127.0.0.1:9/") == LocalStackEndpoint(
        "http://127.0.0.1:9", "--endpoint-url"
    )


def test_the_variable_of_the_sdks_is_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8")
    monkeypatch.setenv("LOCALSTACK_HOST", "elsewhere:7")

    assert find_endpoint(None) == LocalStackEndpoint("http://127.0.0.1:8", "AWS_ENDPOINT_URL")


def test_the_configuration_of_localstack_client_is_third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "elsewhere:7")
    monkeypatch.setenv("USE_SSL", "1")

    assert find_endpoint(None) == LocalStackEndpoint("https://elsewhere:7", "LOCALSTACK_HOST")


def test_there_is_a_default() -> None:
    assert find_endpoint(None).url == "http://localhost:4566"


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:4566",
        "ftp://127.0.0.1:4566",
        "http://",
        "http://127.0.0.1:port",
        "http://127.0.0.1:70000",
        "http://127.0.0.1:4566/_localstack",
        "http://127.0.0.1:4566?a=1",
        "http://me:secret@127.0.0.1:4566",
    ],
)
def test_an_invalid_address_is_refused_with_its_origin(url: str) -> None:
    with pytest.raises(UsageError, match=r"^--endpoint-url: .*\n.*http://127\.0\.0\.1:4566"):
        find_endpoint(url)


def test_a_host_that_localstack_client_cannot_parse_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "localhost:port")

    with pytest.raises(UsageError, match=r"^LOCALSTACK_HOST: could not parse localhost:port"):
        find_endpoint(None)
