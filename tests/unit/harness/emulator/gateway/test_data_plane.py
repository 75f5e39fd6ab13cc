from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from harness.emulator.gateway.alb.registry import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.data_plane import DataPlane
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.environment import TimeScale
from harness.emulator.gateway.http import Response, header_of
from tests.unit.harness.emulator.gateway.fake_aws import TENANT, FakeAws
from tests.unit.harness.emulator.gateway.fake_elb import HOST, FakeElb

pytestmark = pytest.mark.anyio

OWN_PORT = 4566
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
    """Answers ListDistributions; counts how often it is asked."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.answer.send(send)


class Viewing:
    """DataPlane in front of a MiniStack that says which Host it saw, and for whom it acts."""

    def __init__(self, aws: FakeAws) -> None:
        self.accounts: list[str] = []
        self.cloudfront = FakeCloudFront(listed(("E1", EDGE.upper(), True)))
        self.distributions = Distributions(AwsApi(self.cloudfront), {TENANT.account: True})
        self.registry = AlbRegistry(aws.api, TimeScale(1.0), {"111122223333/eu-north-1": True})
        self.data_plane = DataPlane(
            self.ministack, self.registry, self.distributions, self.accounts.append, OWN_PORT
        )

    async def ministack(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Response(200, body=header_of(scope, b"host").encode()).send(send)

    async def get(self, host: str, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.data_plane)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            return await http.get("/", headers={"Host": host, **headers})


@pytest.fixture
async def viewing(aws: FakeAws) -> AsyncIterator[Viewing]:
    elb = FakeElb(aws)
    for port in (80, 8080):
        elb._create_listener({"Port": port, "DefaultActions": []})
    viewing = Viewing(aws)
    yield viewing
    await viewing.registry.stop()


@pytest.mark.parametrize(
    ("host", "claimed"),
    [
        (HOST, True),
        (HOST.upper(), True),
        (f"{HOST}:80", True),
        (EDGE, True),
        ("127.0.0.1:4566", False),
        ("bucket.s3.eu-north-1.amazonaws.com", False),
        ("", False),
    ],
)
def test_only_hosts_of_balancers_and_distributions_are_visited(host: str, claimed: bool) -> None:
    scope: Scope = {"headers": [(b"host", host.encode())]}

    assert DataPlane.matches(scope) is claimed


@pytest.mark.parametrize(
    ("host", "headers", "seen"),
    [
        (HOST, {}, f"{HOST}:80"),
        (f"{HOST}:{OWN_PORT}", {}, f"{HOST}:80"),
        (f"{HOST}:8080", {}, f"{HOST}:8080"),
        (HOST, {"X-Forwarded-Proto": "http"}, f"{HOST}:80"),
    ],
)
async def test_requests_reach_the_listener_of_their_port(
    viewing: Viewing, host: str, headers: dict[str, str], seen: str
) -> None:
    answer = await viewing.get(host, **headers)

    assert (answer.status_code, answer.text) == (200, seen)
    assert viewing.accounts == [TENANT.account]


@pytest.mark.parametrize(
    ("host", "headers", "port"),
    [(f"{HOST}:9999", {}, 9999), (HOST, {"X-Forwarded-Proto": "https"}, 443)],
)
async def test_a_port_without_a_listener_is_not_served(
    viewing: Viewing, host: str, headers: dict[str, str], port: int
) -> None:
    answer = await viewing.get(host, **headers)

    assert answer.status_code == 503
    assert f"no listener on port {port}" in answer.text


async def test_a_balancer_that_does_not_exist_is_not_found(viewing: Viewing) -> None:
    answer = await viewing.get("gone.eu-north-1.elb.amazonaws.com")

    assert answer.status_code == 404


async def test_an_enabled_distribution_is_served(viewing: Viewing) -> None:
    answer = await viewing.get(EDGE)

    assert (answer.status_code, answer.text) == (200, EDGE)
    assert viewing.accounts == [TENANT.account]


async def test_a_disabled_distribution_is_not_served(viewing: Viewing) -> None:
    viewing.cloudfront.answer = listed(("E1", EDGE, False))

    answer = await viewing.get(EDGE)

    assert answer.status_code == 403
    assert answer.headers["X-Cache"] == "Error from cloudfront"
    assert "The request could not be satisfied" in answer.text


async def test_a_distribution_that_does_not_exist_is_not_served(viewing: Viewing) -> None:
    assert (await viewing.get("d0.cloudfront.net")).status_code == 403


async def test_distributions_are_read_once_until_something_changes(viewing: Viewing) -> None:
    await viewing.get(EDGE)
    await viewing.get(EDGE)
    assert viewing.cloudfront.asked == 1
    assert await viewing.distributions.ids() == {"E1"}

    viewing.cloudfront.answer = listed()
    viewing.distributions.invalidate(TENANT.account)

    assert await viewing.distributions.ids() == set()
    assert (await viewing.get(EDGE)).status_code == 403
