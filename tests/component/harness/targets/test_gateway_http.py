"""The HTTP session for host names that only the gateway of an emulator resolves."""

import socket
from collections.abc import Iterator

import pytest
import requests

from harness.targets.gateway_http import gateway_session
from tests.component.harness.targets.http_server import Answer, Request, Server, http_server

DISTRIBUTION = "d123.cloudfront.net"


def respond(request: Request) -> Answer:
    if request.path.startswith("/old"):
        return Answer(301, b"", {"Location": f"https://{DISTRIBUTION}/new?a=1"})
    if request.path == "/login":
        return Answer(200, b"", {"Set-Cookie": "session=42; Path=/"})
    return Answer(200, b"hello")


@pytest.fixture
def gateway() -> Iterator[Server]:
    with http_server(respond) as server:
        yield server


@pytest.fixture
def session(gateway: Server) -> Iterator[requests.Session]:
    with gateway_session(gateway.endpoint + "/") as session:
        yield session


def test_a_request_reaches_the_gateway_with_its_host_header(
    session: requests.Session, gateway: Server
) -> None:
    response = session.get("http://alb-1.eu-north-1.elb.amazonaws.com/products?q=a%20b&page=2")

    assert response.text == "hello"
    assert gateway.requests[0].path == "/products?q=a%20b&page=2"
    assert gateway.requests[0].headers["host"] == "alb-1.eu-north-1.elb.amazonaws.com"
    assert gateway.requests[0].headers["x-forwarded-proto"] == "http"


def test_https_arrives_as_behind_a_proxy_that_terminates_tls(
    session: requests.Session, gateway: Server
) -> None:
    session.get(f"https://{DISTRIBUTION}/")

    assert gateway.requests[0].headers["x-forwarded-proto"] == "https"


def test_a_port_is_kept_in_the_host_header(session: requests.Session, gateway: Server) -> None:
    session.get("http://alb.example:8081/")

    assert gateway.requests[0].headers["host"] == "alb.example:8081"


def test_method_and_body_arrive(session: requests.Session, gateway: Server) -> None:
    session.post(f"https://{DISTRIBUTION}/products", json={"name": "lamp"})

    assert gateway.requests[0].method == "POST"
    assert gateway.requests[0].body == b'{"name": "lamp"}'


def test_request_and_response_have_the_original_url(session: requests.Session) -> None:
    response = session.get(f"https://{DISTRIBUTION}/products")

    assert response.url == f"https://{DISTRIBUTION}/products"
    assert response.request.url == f"https://{DISTRIBUTION}/products"


def test_a_redirect_is_followed_to_another_host(session: requests.Session, gateway: Server) -> None:
    response = session.get("http://alb.example/old")

    assert [step.status_code for step in response.history] == [301]
    assert response.url == f"https://{DISTRIBUTION}/new?a=1"
    assert gateway.requests[1].path == "/new?a=1"
    assert gateway.requests[1].headers["host"] == DISTRIBUTION
    assert gateway.requests[1].headers["x-forwarded-proto"] == "https"


def test_cookies_belong_to_the_host_that_set_them(
    session: requests.Session, gateway: Server
) -> None:
    session.get(f"http://{DISTRIBUTION}/login")
    session.get(f"http://{DISTRIBUTION}/")
    session.get("http://elsewhere.example/")

    assert gateway.requests[1].headers["cookie"] == "session=42"
    assert "cookie" not in gateway.requests[2].headers


def test_a_proxy_of_the_user_is_not_used(
    session: requests.Session, gateway: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    assert session.get(f"https://{DISTRIBUTION}/").status_code == 200


def test_a_request_has_a_default_timeout(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts: list[object] = []
    send = requests.adapters.HTTPAdapter.send

    def spy(self: object, request: object, **options: object) -> object:
        timeouts.append(options["timeout"])
        return send(self, request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", spy)

    session.get("http://alb.example/")
    session.get("http://alb.example/", timeout=5)

    assert timeouts == [30.0, 5]


def test_a_connection_error_has_the_original_url() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with (
        gateway_session(f"http://127.0.0.1:{port}") as session,
        pytest.raises(requests.ConnectionError) as raised,
    ):
        session.get(f"https://{DISTRIBUTION}/products")

    assert raised.value.request is not None
    assert raised.value.request.url == f"https://{DISTRIBUTION}/products"
