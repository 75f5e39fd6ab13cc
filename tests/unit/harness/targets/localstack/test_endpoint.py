"""Whose word on the address of a LocalStack holds, and what is no address."""

import pytest

from harness.core.errors import UsageError
from harness.targets.localstack.endpoint import LocalStackEndpoint, find_endpoint


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST", "USE_SSL"):
        monkeypatch.delenv(name, raising=False)


def test_the_option_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://10.0.0.1:1")

    assert find_endpoint("http://127.0.0.1:9/") == LocalStackEndpoint(
        "http://127.0.0.1:9", "--endpoint-url"
    )


def test_the_variable_of_the_sdks_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8")
    monkeypatch.setenv("LOCALSTACK_HOST", "elsewhere:7")

    assert find_endpoint(None) == LocalStackEndpoint("http://127.0.0.1:8", "AWS_ENDPOINT_URL")


def test_localstack_client_is_asked_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "elsewhere:7")
    monkeypatch.setenv("USE_SSL", "1")

    assert find_endpoint(None) == LocalStackEndpoint("https://elsewhere:7", "LOCALSTACK_HOST")


def test_nobody_need_say_anything() -> None:
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
def test_what_is_no_address_is_refused_with_who_said_it(url: str) -> None:
    with pytest.raises(UsageError, match=r"^--endpoint-url: .*\n.*http://127\.0\.0\.1:4566"):
        find_endpoint(url)


def test_a_host_that_localstack_client_cannot_read_is_the_users_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "localhost:port")

    with pytest.raises(UsageError, match=r"^LOCALSTACK_HOST: could not parse localhost:port"):
        find_endpoint(None)
