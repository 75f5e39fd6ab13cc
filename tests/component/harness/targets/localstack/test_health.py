"""A server that is not ready, or not a LocalStack, is one error within the deadline."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from harness.core.errors import TargetError
from harness.targets.localstack.endpoint import LocalStackEndpoint
from harness.targets.localstack.health import LocalStackInfo, await_localstack
from tests.component.harness.targets.fake_localstack import HEALTH, INFO, FakeLocalStack
from tests.component.harness.targets.http_server import Answer, Request, http_server

HEALTH_PATH = "/_localstack/health"
INFO_PATH = "/_localstack/info"
# A test that waits for it does not end.
FOREVER = 3600.0


@pytest.fixture
def localstack() -> FakeLocalStack:
    return FakeLocalStack()


def info_at(url: str, patience: float = 10.0) -> LocalStackInfo:
    return await_localstack(LocalStackEndpoint(url, "--endpoint-url"), patience=patience)


def refusal(url: str, patience: float = 1.0) -> TargetError:
    with pytest.raises(TargetError) as raised:
        info_at(url, patience)
    return raised.value


def refusal_of(localstack: FakeLocalStack) -> TargetError:
    with localstack.serving() as server:
        return refusal(server.endpoint)


class TestReady:
    def test_version_edition_and_license_are_read(self, localstack: FakeLocalStack) -> None:
        with localstack.serving() as server:
            info = info_at(server.endpoint)

        assert str(info) == "4.14.0:abc (community edition, no license)"

    def test_a_license_is_reported(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer.of(HEALTH | {"edition": "pro"})
        localstack.pages[INFO_PATH] = Answer.of(INFO | {"is_license_activated": True})

        with localstack.serving() as server:
            assert str(info_at(server.endpoint)) == "4.14.0:abc (pro edition, licensed)"

    def test_missing_fields_are_unknown(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer.of({"services": {}})
        localstack.pages[INFO_PATH] = Answer.of({"is_license_activated": False})

        with localstack.serving() as server:
            assert info_at(server.endpoint) == LocalStackInfo("unknown", "unknown", licensed=False)

    def test_it_waits_for_one_that_is_starting(self, localstack: FakeLocalStack) -> None:
        failing = iter([503, 500])

        def respond(request: Request) -> Answer:
            status = next(failing, None)
            return Answer(status, b"not yet") if status else localstack.respond(request)

        with http_server(respond) as server:
            assert info_at(server.endpoint).edition == "community"

    def test_a_proxy_of_the_user_is_not_used(
        self, localstack: FakeLocalStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

        with localstack.serving() as server:
            assert info_at(server.endpoint)


class TestNotReady:
    def test_connection_refused(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}"

            error = refusal(url, patience=FOREVER)

        assert error.message == (
            f"no LocalStack at {url} (from --endpoint-url): connection refused"
        )
        assert "docker compose --profile localstack up" in error.remedy

    def test_no_response(self, silent_server: str) -> None:
        assert refusal(silent_server).message.endswith("last status: no response")

    def test_only_errors_are_not_ready(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer(500, b"out of\norder")

        error = refusal_of(localstack)

        assert error.message.endswith(f"GET {HEALTH_PATH}: status 500, 'out of order'")

    def test_an_unknown_host_name(self) -> None:
        assert "no LocalStack at http://no-such.invalid:4566" in (
            refusal("http://no-such.invalid:4566").message
        )

    def test_plain_http_behind_an_https_address(self, localstack: FakeLocalStack) -> None:
        with localstack.serving() as server:
            error = refusal(server.endpoint.replace("http:", "https:"), patience=FOREVER)

        assert "the same port accepts http://" in error.message


class TestNotLocalStack:
    def test_a_web_page(self, localstack: FakeLocalStack) -> None:
        page = b"<html><title>It works!</title></html>"
        localstack.pages[HEALTH_PATH] = Answer(200, page, {"Content-Type": "text/html"})

        error = refusal_of(localstack)

        assert "(from --endpoint-url) is not a LocalStack: GET /_localstack/health" in error.message
        assert "It works!" in error.message
        assert "--target embedded" in error.remedy

    def test_ministack(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer.of(
            {"services": {"s3": "available"}, "edition": "light", "version": "1.5.33"}
        )
        localstack.pages[INFO_PATH] = Answer.of({"error": "Unknown LocalStack endpoint"}, 404)

        assert "GET /_localstack/info returned status 404" in refusal_of(localstack).message

    def test_an_emulator_that_handles_the_path_as_a_bucket(self) -> None:
        missing = Answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")

        with http_server(lambda _: missing) as server:
            assert "NoSuchBucket" in refusal(server.endpoint).message

    @pytest.mark.parametrize("page", [b"[]", b'{"status": "ok"}', b"null"])
    def test_other_json_is_not_a_localstack(self, localstack: FakeLocalStack, page: bytes) -> None:
        localstack.pages[HEALTH_PATH] = Answer(200, page)

        assert "is not a LocalStack" in refusal_of(localstack).message

    def test_a_redirect(self, localstack: FakeLocalStack) -> None:
        moved = {"Location": "http://127.0.0.1:9/login"}
        localstack.pages[HEALTH_PATH] = Answer(302, b"", moved)

        assert "status 302" in refusal_of(localstack).message

    def test_a_malformed_response(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer(200, b"plain", {"Content-Encoding": "gzip"})

        error = refusal_of(localstack)

        assert "(from --endpoint-url) is not a LocalStack: " in error.message
        assert "gzip" in error.message

    def test_another_protocol(self, greeting_server: str) -> None:
        assert greeting_server in refusal(greeting_server).message


@pytest.fixture
def silent_server() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def greeting_server() -> Iterator[str]:
    """A server of another protocol that sends first, such as SSH."""
    with ExitStack() as at_the_end:
        listener = at_the_end.enter_context(socket.create_server(("127.0.0.1", 0)))

        def send_greeting() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                    caller.recv(4096)

        thread = threading.Thread(target=send_greeting)
        thread.start()
        at_the_end.callback(thread.join)
        at_the_end.callback(listener.shutdown, socket.SHUT_RDWR)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
