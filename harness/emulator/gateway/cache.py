"""The cache of CloudFront: stores responses as the cache policies of a distribution say.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-the-cache-key.html
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.distributions import HOME_REGION, Distribution
from harness.emulator.gateway.http import Request, Response, request_head, send_request

_METHODS = ("GET", "HEAD")
_OK = 200
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_CACHED_ERRORS = (404, 414, 500, 501, 502, 503, 504)
_MOST_ENTRIES = 1000
_AGE = re.compile(r"(?:^|[,\s])(s-maxage|max-age)=(\d+)")
_UNCACHED = re.compile(r"no-store|no-cache|private")
_ENCODINGS = {"br": "EnableAcceptEncodingBrotli", "gzip": "EnableAcceptEncodingGzip"}
_PARTS = {"QueryStrings": "QueryString", "Headers": "Header", "Cookies": "Cookie"}

CacheKey = tuple[Any, ...]


@dataclass(frozen=True)
class _Entry:
    response: Response
    stored: float
    seconds: float


@dataclass
class EdgeCache:
    """Answers viewers from stored responses, or stores those of the origin."""

    app: ASGIApp
    aws: AwsApi
    error_seconds: float = 0.0
    clock: Callable[[], float] = time.monotonic
    entries: dict[CacheKey, _Entry] = field(default_factory=dict)
    policies: dict[tuple[Caller, str], Mapping[str, Any]] = field(default_factory=dict)

    def clear(self) -> None:
        """Discard all stored responses and policies."""
        self.entries, self.policies = {}, {}

    async def serve(
        self, distribution: Distribution, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve one request of a viewer."""
        head = request_head(scope)
        policy = distribution.cache_policy(head.path)
        if head.method not in _METHODS or not policy:
            await self.app(scope, receive, send)
            return
        caller = Caller(distribution.account, HOME_REGION)
        policies = self.policies  # may be replaced meanwhile
        if (caller, policy) not in policies:
            found = await self.aws.call(caller, "cloudfront", "GetCachePolicy", Id=policy)
            policies[caller, policy] = found["CachePolicy"]["CachePolicyConfig"]
        config = policies[caller, policy]
        key = (distribution.id, head.method, *_key(head, config))
        entry = self.entries.get(key)
        if entry is not None and self.clock() < entry.stored + entry.seconds:
            await _hit(entry.response, int(self.clock() - entry.stored)).send(send)
            return
        response = await send_request(self.app, head)
        if response.status == _OK:
            seconds = _lifetime(response, config)
        else:
            seconds = self.error_seconds if response.status in _CACHED_ERRORS else 0.0
        if seconds > 0:
            if len(self.entries) >= _MOST_ENTRIES:
                self.clear()
            self.entries[key] = _Entry(response, self.clock(), seconds)
        await response.send(send)


def _hit(response: Response, age: int) -> Response:
    others = (pair for pair in response.headers if pair[0] not in ("x-cache", "age"))
    word = "Hit" if response.ok else "Error"
    headers = (*others, ("x-cache", f"{word} from cloudfront"), ("age", str(age)))
    return replace(response, headers=headers)


def _lifetime(response: Response, config: Mapping[str, Any]) -> float:
    """Return the seconds for which a response is stored."""
    control = response.header("cache-control").lower()
    least, most = config["MinTTL"], config.get("MaxTTL", 0)
    if _UNCACHED.search(control) or response.header("set-cookie"):
        return float(least)
    ages = dict(_AGE.findall(control))
    age = ages.get("s-maxage", ages.get("max-age", config.get("DefaultTTL", 0)))
    return float(max(least, min(int(age), most)))


def _key(head: Request, config: Mapping[str, Any]) -> CacheKey:
    """Return what distinguishes requests under a policy."""
    given = config.get("ParametersInCacheKeyAndForwardedToOrigin", {})
    cookies = SimpleCookie(head.header("cookie"))
    values = {
        "QueryStrings": parse_qsl(head.query, keep_blank_values=True),
        "Headers": head.headers,
        "Cookies": [(name, morsel.value) for name, morsel in cookies.items()],
    }
    parts = [_selected(values[name], given.get(f"{name}Config", {}), name) for name in _PARTS]
    encodings = [
        name
        for name, flag in _ENCODINGS.items()
        if given.get(flag) and name in head.header("accept-encoding")
    ]
    return (head.header("x-forwarded-proto"), head.path, *parts, tuple(encodings))


def _selected(pairs: Iterable[tuple[str, str]], config: Mapping[str, Any], kind: str) -> str:
    behavior = config.get(f"{_PARTS[kind]}Behavior", "none")
    listed = {name.lower() for name in config.get(kind, {}).get("Items", [])}
    if behavior in ("all", "none"):
        return urlencode(list(pairs) if behavior == "all" else [])
    included = behavior == "whitelist"  # the other one is allExcept
    return urlencode([pair for pair in pairs if (pair[0].lower() in listed) is included])
