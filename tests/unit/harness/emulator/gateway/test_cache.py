from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from starlette.types import Message, Receive, Scope, Send

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.cache import EdgeCache
from harness.emulator.gateway.distributions import Distribution
from harness.emulator.gateway.http import Response, header_of

pytestmark = pytest.mark.anyio

# The managed policies, as GetCachePolicy returns them.
OPTIMIZED = {
    "MinTTL": 1,
    "DefaultTTL": 86_400,
    "MaxTTL": 31_536_000,
    "ParametersInCacheKeyAndForwardedToOrigin": {
        "EnableAcceptEncodingGzip": True,
        "EnableAcceptEncodingBrotli": True,
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    },
}
DISABLED = {"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0}


def keyed(**configs: dict[str, Any]) -> dict[str, Any]:
    return {**OPTIMIZED, "ParametersInCacheKeyAndForwardedToOrigin": configs}


@dataclass
class Edge:
    """A distribution with one cache policy; its origin numbers its responses."""

    policy: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    error_seconds: float = 0.0
    served: int = 0
    policies_read: int = 0
    account: str = "1"
    while_reading: Callable[[], object] = lambda: None
    time: float = 0.0

    def __post_init__(self) -> None:
        self.cache = EdgeCache(
            self.origin, cast("AwsApi", self), self.error_seconds, clock=lambda: self.time
        )

    async def call(self, *_: Any, **__: Any) -> dict[str, Any]:
        self.policies_read += 1
        self.while_reading()
        return {"CachePolicy": {"CachePolicyConfig": self.policy}}

    async def origin(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.served += 1
        headers = {"x-cache": "Miss from cloudfront", **self.headers}
        await Response(
            self.status, headers=tuple(headers.items()), body=str(self.served).encode()
        ).send(send)

    async def get(
        self, path: str = "/", query: str = "", *, method: str = "GET", **headers: str
    ) -> tuple[str, str]:
        """Return the body and X-Cache of a response."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        scope: Scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            raise AssertionError

        policies = (("*", "id"),)
        distribution = Distribution("E1", "d1", self.account, enabled=True, policies=policies)
        await self.cache.serve(distribution, scope, receive, send)
        return sent[1]["body"].decode(), header_of(sent[0], b"x-cache").partition(" ")[0]


async def test_a_stored_response_is_a_hit_with_its_age() -> None:
    edge = Edge(OPTIMIZED)

    assert await edge.get() == ("1", "Miss")
    edge.time = 86_399.0
    assert await edge.get() == ("1", "Hit")
    edge.time = 86_400.0
    assert await edge.get() == ("2", "Miss")


async def test_with_caching_disabled_every_request_reaches_the_origin() -> None:
    edge = Edge(DISABLED, {"cache-control": "max-age=60"})

    assert [await edge.get(), await edge.get()] == [("1", "Miss"), ("2", "Miss")]


async def test_errors_are_cached_for_ten_seconds_also_with_caching_disabled() -> None:
    edge = Edge(DISABLED, status=503, error_seconds=10.0)

    assert await edge.get() == ("1", "Miss")
    edge.status, edge.time = 200, 9.9
    assert await edge.get() == ("1", "Error")
    edge.time = 10.0
    assert await edge.get() == ("2", "Miss")
    assert await edge.get() == ("3", "Miss")


@pytest.mark.parametrize("status", [201, 301, 400, 403])
async def test_other_statuses_are_not_cached_as_errors(status: int) -> None:
    edge = Edge(DISABLED, status=status, error_seconds=10.0)

    assert [await edge.get(), await edge.get()] == [("1", "Miss"), ("2", "Miss")]


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        ("max-age=60", 60),
        ("max-age=60, s-maxage=5", 5),
        ("max-age=0", 1),
        ("no-store", 1),
        ("private, max-age=60", 1),
        ("public", 86_400),
    ],
)
async def test_the_origin_chooses_within_the_bounds_of_the_policy(
    control: str, seconds: int
) -> None:
    edge = Edge(OPTIMIZED, {"cache-control": control})
    await edge.get()

    edge.time = seconds - 0.1
    assert await edge.get() == ("1", "Hit")
    edge.time = seconds
    assert await edge.get() == ("2", "Miss")


@pytest.mark.parametrize(("method", "status"), [("POST", 200), ("PUT", 200), ("GET", 500)])
async def test_other_methods_and_errors_are_not_stored(method: str, status: int) -> None:
    edge = Edge(OPTIMIZED, status=status)

    assert [await edge.get(method=method) for _ in range(2)] == [("1", "Miss"), ("2", "Miss")]


@pytest.mark.parametrize(
    ("policy", "changed", "same"),
    [
        (OPTIMIZED, {"path": "/other"}, {"query": "a=1"}),
        (OPTIMIZED, {"accept_encoding": "gzip, br"}, {"cookie": "a=1"}),
        (OPTIMIZED, {"x_forwarded_proto": "https"}, {"user_agent": "x"}),
        (keyed(QueryStringsConfig={"QueryStringBehavior": "all"}), {"query": "a=1"}, {}),
        (
            keyed(
                QueryStringsConfig={
                    "QueryStringBehavior": "whitelist",
                    "QueryStrings": {"Items": ["a"]},
                }
            ),
            {"query": "a=1"},
            {"query": "b=1"},
        ),
        (
            keyed(
                QueryStringsConfig={
                    "QueryStringBehavior": "allExcept",
                    "QueryStrings": {"Items": ["a"]},
                }
            ),
            {"query": "b=1"},
            {"query": "a=1"},
        ),
        (
            keyed(HeadersConfig={"HeaderBehavior": "whitelist", "Headers": {"Items": ["X-A"]}}),
            {"x_a": "1"},
            {"x_b": "1"},
        ),
        (keyed(CookiesConfig={"CookieBehavior": "all"}), {"cookie": "a=1"}, {"x_b": "1"}),
    ],
)
async def test_the_policy_says_what_distinguishes_requests(
    policy: dict[str, Any], changed: dict[str, str], same: dict[str, str]
) -> None:
    edge = Edge(policy)
    await edge.get()

    assert await edge.get(**same) == ("1", "Hit")
    assert await edge.get(**changed) == ("2", "Miss")


async def test_a_policy_is_read_once_until_cloudfront_is_changed() -> None:
    edge = Edge(OPTIMIZED)
    await edge.get("/1")
    await edge.get("/2")
    assert edge.policies_read == 1

    edge.policy = DISABLED
    edge.cache.clear()

    assert [await edge.get("/1"), await edge.get("/1")] == [("3", "Miss"), ("4", "Miss")]


async def test_a_policy_that_is_changed_while_it_is_read_is_read_again() -> None:
    edge = Edge(OPTIMIZED)
    edge.while_reading = edge.cache.clear
    await edge.get("/1")
    await edge.get("/2")

    assert edge.policies_read == 2


async def test_each_account_has_its_own_policies() -> None:
    edge = Edge(OPTIMIZED)
    await edge.get("/1")
    edge.account = "222233334444"
    await edge.get("/2")

    assert edge.policies_read == 2


async def test_an_invalidation_clears_the_cache() -> None:
    edge = Edge(OPTIMIZED)
    await edge.get()

    edge.cache.clear()

    assert await edge.get() == ("2", "Miss")


@pytest.mark.parametrize(
    ("path", "policy"), [("/images/a.png", "images"), ("/products", "default"), ("/", "default")]
)
def test_the_first_behavior_that_matches_a_path_has_the_policy(path: str, policy: str) -> None:
    policies = (("/images/*", "images"), ("*", "default"))

    found = Distribution("E1", "d1", "1", enabled=True, policies=policies).cache_policy(path)

    assert found == policy
    assert Distribution("E1", "d1", "1", enabled=True).cache_policy(path) == ""
