"""What is not a LocalStack, or not ready, is one clear error within the deadline."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from harness.core.errors import TargetError
from harness.targets.localstack.endpoint import LocalStackEndpoint
from harness.targets.localstack.health import LocalStackInfo, await_localstack
from tests.unit.harness.targets.fake_localstack import HEALTH, INFO, FakeLocalStack
from tests.unit.harness.targets.loopback import Answer, Seen, http_server

HEALTH_PATH = "/_localstack/health"
INFO_PATH = "/_localstack/info"


@pytest.fixture
def localstack() -> FakeLocalStack:
    return FakeLocalStack()


def seen_at(url: str, patience: float = 10.0) -> LocalStackInfo:
    return await_localstack(LocalStackEndpoint(url, "--endpoint-url"), patience=patience)


def refusal(url: str, patience: float = 0.2) -> TargetError:
    with pytest.raises(TargetError) as raised:
        seen_at(url, patience)
    return raised.value


def refusal_of(localstack: FakeLocalStack) -> TargetError:
    with localstack.serving() as server:
        return refusal(server.endpoint)


class TestReady:
    def test_version_edition_and_license_are_read(self, localstack: FakeLocalStack) -> None:
        with localstack.serving() as server:
            info = seen_at(server.endpoint)

        assert str(info) == "4.14.0:abc (community edition, no license)"

    def test_a_license_is_told(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer.of(HEALTH | {"edition": "pro"})
        localstack.pages[INFO_PATH] = Answer.of(INFO | {"is_license_activated": True})

        with localstack.serving() as server:
            assert str(seen_at(server.endpoint)) == "4.14.0:abc (pro edition, licensed)"

    def test_one_that_says_little_of_itself_is_one_all_the_same(
        self, localstack: FakeLocalStack
    ) -> None:
        localstack.pages[HEALTH_PATH] = Answer.of({"services": {}})
        localstack.pages[INFO_PATH] = Answer.of({"is_license_activated": False})

        with localstack.serving() as server:
            assert seen_at(server.endpoint) == LocalStackInfo("unknown", "unknown", licensed=False)

    def test_one_that_is_starting_is_waited_for(self, localstack: FakeLocalStack) -> None:
        failing = iter([503, 500])

        def respond(seen: Seen) -> Answer:
            status = next(failing, None)
            return Answer(status, b"not yet") if status else localstack.respond(seen)

        with http_server(respond) as server:
            assert seen_at(server.endpoint).edition == "community"

    def test_a_proxy_of_the_users_is_not_asked(
        self, localstack: FakeLocalStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

        with localstack.serving() as server:
            assert seen_at(server.endpoint)


class TestNotReady:
    def test_nobody_there(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}"

            error = refusal(url)

        assert error.message == (
            f"no LocalStack at {url} (from --endpoint-url) within 0.2 s; "
            "seen last: connection refused"
        )
        assert "docker compose --profile localstack up" in error.remedy

    def test_somebody_who_never_answers(self, silent_server: str) -> None:
        assert refusal(silent_server).message.endswith("seen last: it does not answer")

    def test_one_that_only_fails(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer(500, b"out of\norder")

        error = refusal_of(localstack)

        assert error.message.endswith(f"GET {HEALTH_PATH}: status 500, 'out of order'")

    def test_a_name_that_nobody_knows(self) -> None:
        assert "no LocalStack at http://no-such.invalid:4566" in (
            refusal("http://no-such.invalid:4566").message
        )

    def test_plain_http_behind_an_https_address(self, localstack: FakeLocalStack) -> None:
        with localstack.serving() as server:
            error = refusal(server.endpoint.replace("http:", "https:"))

        assert "plain http:// is at the same port" in error.message


class TestSomethingElse:
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

        assert "GET /_localstack/info answers status 404" in refusal_of(localstack).message

    def test_an_emulator_that_takes_the_page_for_a_bucket(self) -> None:
        missing = Answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")

        with http_server(lambda _: missing) as server:
            assert "NoSuchBucket" in refusal(server.endpoint).message

    @pytest.mark.parametrize("page", [b"[]", b'{"status": "ok"}', b"null"])
    def test_other_json(self, localstack: FakeLocalStack, page: bytes) -> None:
        localstack.pages[HEALTH_PATH] = Answer(200, page)

        assert "is not a LocalStack" in refusal_of(localstack).message

    def test_a_page_that_has_moved(self, localstack: FakeLocalStack) -> None:
        moved = {"Location": "http://127.0.0.1:9/login"}
        localstack.pages[HEALTH_PATH] = Answer(302, b"", moved)

        assert "status 302" in refusal_of(localstack).message

    def test_an_answer_that_cannot_be_read(self, localstack: FakeLocalStack) -> None:
        localstack.pages[HEALTH_PATH] = Answer(200, b"plain", {"Content-Encoding": "gzip"})

        error = refusal_of(localstack)

        assert "(from --endpoint-url) is not a LocalStack: " in error.message
        assert "gzip" in error.message

    def test_no_http_at_all(self, greeting_server: str) -> None:
        assert greeting_server in refusal(greeting_server).message


@pytest.fixture
def silent_server() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def greeting_server() -> Iterator[str]:
    """An SSH server, say: it talks first, and not HTTP."""
    with ExitStack() as at_the_end:
        listener = at_the_end.enter_context(socket.create_server(("127.0.0.1", 0)))

        def greet() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                    caller.recv(4096)

        thread = threading.Thread(target=greet)
        thread.start()
        at_the_end.callback(thread.join)
        at_the_end.callback(listener.shutdown, socket.SHUT_RDWR)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
