from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.cache import EdgeCache
from harness.emulator.gateway.data_plane import DataPlane
from harness.emulator.gateway.distributions import Distribution, Distributions
from harness.emulator.gateway.http import Response, header_of
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws
from tests.unit.harness.emulator.gateway.fake_elb import HOST, FakeElb

pytestmark = pytest.mark.anyio

GATEWAY_PORT = 4566
EDGE = "d1.cloudfront.net"


def listed(*distributions: tuple[str, str, bool]) -> Response:
    items = "".join(
        f"<DistributionSummary><Id>{name}</Id><DomainName>{host}</DomainName>"
        f"<Enabled>{str(enabled).lower()}</Enabled></DistributionSummary>"
        for name, host, enabled in distributions
    )
    return Response(
        200, body=f"<DistributionList><Items>{items}</Items></DistributionList>".encode()
    )


class FakeCloudFront:
    """Responds to ListDistributions; counts the calls."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        await self.response.send(send)


class FakeBackend:
    """A data plane in front of a fake MiniStack, which returns the Host and records accounts."""

    def __init__(self, aws: FakeAws) -> None:
        self.accounts: list[str] = []
        self.cloudfront = FakeCloudFront(listed(("E1", EDGE.upper(), True)))
        self.known: dict[str, list[Distribution] | None] = {CALLER.account: None}
        self.distributions = Distributions(AwsApi(self.cloudfront), self.known)
        self.registry = AlbRegistry(aws.api, TimeScale(1.0))
        self.data_plane = DataPlane(
            self.ministack,
            self.registry,
            self.distributions,
            cache=EdgeCache(self.ministack, aws.api),
            act_as=self.accounts.append,
            port=GATEWAY_PORT,
        )

    async def ministack(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Response(200, body=header_of(scope, b"host").encode()).send(send)

    async def get(self, host: str, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.data_plane)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            return await http.get("/", headers={"Host": host, **headers})


@pytest.fixture
async def backend(aws: FakeAws) -> AsyncIterator[FakeBackend]:
    elb = FakeElb(aws)
    for port in (80, 8080):
        elb._create_listener({"Port": port, "DefaultActions": []})
    backend = FakeBackend(aws)
    await backend.registry.synchronise(CALLER)
    yield backend
    await backend.registry.stop()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (HOST, True),
        (HOST.upper(), True),
        (f"{HOST}:80", True),
        (EDGE, True),
        ("127.0.0.1:4566", False),
        ("bucket.s3.eu-north-1.amazonaws.com", False),
        ("", False),
        ("[", False),
        (f"{HOST}:http", False),
    ],
)
def test_only_hosts_of_balancers_and_distributions_match(host: str, expected: bool) -> None:
    scope: Scope = {"headers": [(b"host", host.encode())]}

    assert DataPlane.matches(scope) is expected


@pytest.mark.parametrize(
    ("host", "headers", "expected"),
    [
        (HOST, {}, f"{HOST}:80"),
        (f"{HOST}:{GATEWAY_PORT}", {}, f"{HOST}:80"),
        (f"{HOST}:8080", {}, f"{HOST}:8080"),
        (HOST, {"X-Forwarded-Proto": "http"}, f"{HOST}:80"),
    ],
)
async def test_requests_reach_the_listener_of_their_port(
    backend: FakeBackend, host: str, headers: dict[str, str], expected: str
) -> None:
    response = await backend.get(host, **headers)

    assert (response.status_code, response.text) == (200, expected)
    assert backend.accounts == [CALLER.account]


@pytest.mark.parametrize(
    ("host", "headers", "port"),
    [(f"{HOST}:9999", {}, 9999), (HOST, {"X-Forwarded-Proto": "https"}, 443)],
)
async def test_a_port_without_a_listener_is_not_served(
    backend: FakeBackend, host: str, headers: dict[str, str], port: int
) -> None:
    response = await backend.get(host, **headers)

    assert response.status_code == 503
    assert f"no listener on port {port}" in response.text


async def test_an_unknown_balancer_is_not_found(backend: FakeBackend) -> None:
    response = await backend.get("missing.eu-north-1.elb.amazonaws.com")

    assert response.status_code == 404


async def test_an_enabled_distribution_is_served(backend: FakeBackend) -> None:
    response = await backend.get(EDGE)

    assert (response.status_code, response.text) == (200, EDGE)
    assert backend.accounts == [CALLER.account]


async def test_a_disabled_distribution_is_not_served(backend: FakeBackend) -> None:
    backend.cloudfront.response = listed(("E1", EDGE, False))

    response = await backend.get(EDGE)

    assert response.status_code == 403
    assert response.headers["X-Cache"] == "Error from cloudfront"
    assert "The request could not be satisfied" in response.text


async def test_a_distribution_that_does_not_exist_is_not_served(backend: FakeBackend) -> None:
    assert (await backend.get("d0.cloudfront.net")).status_code == 403


async def test_distributions_are_read_once_until_something_changes(backend: FakeBackend) -> None:
    await backend.get(EDGE)
    await backend.get(EDGE)
    assert backend.cloudfront.calls == 1
    assert await backend.distributions.ids() == {"E1"}

    backend.cloudfront.response = listed()
    backend.distributions.invalidate(CALLER.account)

    assert await backend.distributions.ids() == set()
    assert (await backend.get(EDGE)).status_code == 403


async def test_a_reset_removes_the_distributions(backend: FakeBackend) -> None:
    assert await backend.distributions.ids() == {"E1"}

    backend.known.clear()

    assert await backend.distributions.ids() == set()
    assert backend.cloudfront.calls == 1
