import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment
from tests.unit.harness.checks.fake_http import replace_body

CONFIGURED = ("cloudfront.GetDistribution", "Distribution", "DistributionConfig")
BEHAVIOUR = (*CONFIGURED, "DefaultCacheBehavior")
CACHED = {
    "PathPattern": "/static/*",
    "TargetOriginId": "alb-origin-pr1-7f3a",
    "ViewerProtocolPolicy": "allow-all",
}
ORIGIN = (*CONFIGURED, "Origins", "Items", 0)


@pytest.mark.parametrize(
    ("place", "value", "check", "observed"),
    [
        (
            ("cloudfront.GetDistribution", "Distribution", "Status"),
            "InProgress",
            "deployed",
            "InProgress",
        ),
        ((*BEHAVIOUR, "CachePolicyId"), "another", "configuration", "another"),
        ((*BEHAVIOUR, "OriginRequestPolicyId"), GONE, "configuration", "OriginRequestPolicyId"),
        (
            (*BEHAVIOUR, "ForwardedValues"),
            {"QueryString": True, "Cookies": {"Forward": "all"}},
            "configuration",
            "QueryString",
        ),
        (
            (*BEHAVIOUR, "AllowedMethods", "Items"),
            ["GET", "HEAD"],
            "configuration",
            "AllowedMethods",
        ),
        (
            (*BEHAVIOUR, "AllowedMethods", "CachedMethods", "Items"),
            ["GET", "HEAD", "OPTIONS"],
            "configuration",
            "CachedMethods",
        ),
        ((*BEHAVIOUR, "ViewerProtocolPolicy"), "allow-all", "configuration", "allow-all"),
        ((*BEHAVIOUR, "Compress"), False, "configuration", "Compress"),
        ((*BEHAVIOUR, "TargetOriginId"), "another", "configuration", "another"),
        ((*CONFIGURED, "CacheBehaviors", "Items"), [CACHED], "configuration", "/static/*"),
        ((*CONFIGURED, "HttpVersion"), "http1.1", "configuration", "http1.1"),
        ((*CONFIGURED, "PriceClass"), "PriceClass_All", "configuration", "PriceClass_All"),
        ((*CONFIGURED, "WebACLId"), "arn:web-acl", "configuration", "arn:web-acl"),
        (
            (*CONFIGURED, "Restrictions", "GeoRestriction"),
            {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["SE"]},
            "configuration",
            "'SE'",
        ),
        (
            (*BEHAVIOUR, "TrustedSigners"),
            {"Enabled": True, "Quantity": 1, "Items": ["self"]},
            "configuration",
            "TrustedSigners",
        ),
        ((*BEHAVIOUR, "ResponseHeadersPolicyId"), "policy", "configuration", "policy"),
        (
            (*ORIGIN, "CustomHeaders"),
            {"Quantity": 1, "Items": [{"HeaderName": "x", "HeaderValue": "1"}]},
            "configuration",
            "HeaderName",
        ),
        ((*ORIGIN, "DomainName"), "example.com", "configuration", "example.com"),
        (
            (*ORIGIN, "CustomOriginConfig", "OriginProtocolPolicy"),
            "https-only",
            "configuration",
            "https-only",
        ),
    ],
)
def test_a_wrong_setting_fails_its_check_alone(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, check: str, observed: str
) -> None:
    fake_deployment.change(*place, to=value)

    failures = fake_deployment.failures("cloudfront/*")

    assert list(failures) == [f"cloudfront/{check}"]
    assert observed in failures[f"cloudfront/{check}"]


Change = Callable[[requests.PreparedRequest, requests.Response], None]


def _changed(path: str, change: Callable[[requests.Response], None], method: str = "") -> Change:
    def change_matching(request: requests.PreparedRequest, response: requests.Response) -> None:
        if path in (request.url or "") and method in ("", request.method):
            change(response)

    return change_matching


def _status(code: int) -> Callable[[requests.Response], None]:
    def change(response: requests.Response) -> None:
        response.status_code = code

    return change


def _header(name: str, value: str | None) -> Callable[[requests.Response], None]:
    def change(response: requests.Response) -> None:
        if value is None:
            response.headers.pop(name, None)
        else:
            response.headers[name] = value

    return change


def _reported(key: str, value: object) -> Callable[[requests.Response], None]:
    """The origin returns another description of the request."""

    def change(response: requests.Response) -> None:
        replace_body(response, {**response.json(), key: value})

    return change


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        (_changed("http://d123.", _status(200)), {"redirects-to-https"}),
        (_changed("http://d123.", _status(307)), {"redirects-to-https"}),
        (_changed("http://d123.", _header("Location", "https://x/")), {"redirects-to-https"}),
        (_changed("/products/", _status(403), "PUT"), {"serves-products", "nothing-is-cached"}),
        (_changed("/products/", _status(403), "DELETE"), {"serves-products"}),
        (_changed("/diagnostics", _reported("query", [])), {"query-string-arrives"}),
        (_changed("/diagnostics", _reported("header_names", ["host"])), {"headers-arrive"}),
        (_changed("/diagnostics", _reported("cookie_names", [])), {"cookies-arrive"}),
        (
            _changed("/healthz", _header("X-Cache", "Hit from cloudfront")),
            {"headers-of-cloudfront"},
        ),
        (
            _changed("/products?", _header("X-Cache", "Hit from cloudfront")),
            {"nothing-is-cached"},
        ),
        (_changed("/healthz", _header("Via", None)), {"headers-of-cloudfront"}),
        (_changed("/healthz", _header("X-Amz-Cf-Id", None)), {"headers-of-cloudfront"}),
        (_changed("/products?", _header("Content-Encoding", "br")), {"compresses"}),
        (
            _changed("/diagnostics", lambda response: replace_body(response, "<html>")),
            {"query-string-arrives", "headers-arrive", "cookies-arrive"},
        ),
        (
            _changed("/products?", lambda response: replace_body(response, {"items": 7})),
            {"serves-products", "nothing-is-cached", "compresses"},
        ),
    ],
)
def test_wrong_traffic_fails_its_checks_alone(
    fake_deployment: FakeDeployment, change: Change, checks: set[str]
) -> None:
    fake_deployment.catalog.changes.append(change)

    assert set(fake_deployment.failures("cloudfront/*")) == {
        f"cloudfront/{check}" for check in checks
    }


def test_a_cached_list_fails(fake_deployment: FakeDeployment) -> None:
    cached: dict[str, bytes] = {}

    def cache(request: requests.PreparedRequest, response: requests.Response) -> None:
        url = request.url or ""
        if request.method == "GET" and "/products?" in url and response.status_code == 200:
            replace_body(response, json.loads(cached.setdefault(url, response.content)))

    fake_deployment.catalog.changes.append(cache)

    failures = fake_deployment.failures(
        "cloudfront/nothing-is-cached", "cloudfront/serves-products"
    )

    assert set(failures) == {"cloudfront/nothing-is-cached", "cloudfront/serves-products"}
    assert "Changed" in failures["cloudfront/nothing-is-cached"]


def test_a_product_of_a_failed_check_is_deleted(fake_deployment: FakeDeployment) -> None:
    fake_deployment.catalog.changes.append(_changed("/products/", _status(500), "PUT"))

    assert fake_deployment.failures("cloudfront/*")
    assert fake_deployment.catalog.products == {}


def test_one_hit_fails_even_if_the_task_responds_again(fake_deployment: FakeDeployment) -> None:
    searches = 0

    def hit_once(request: requests.PreparedRequest, response: requests.Response) -> None:
        nonlocal searches
        if request.method == "GET" and "/products?" in (request.url or ""):
            searches += 1
            response.headers["X-Task-Id"] = "task-a" if searches < 3 else "task-b"
            response.headers["X-Cache"] = f"{'Hit' if searches == 1 else 'Miss'} from cloudfront"

    fake_deployment.catalog.changes.append(hit_once)

    assert list(fake_deployment.failures("cloudfront/nothing-is-cached")) == [
        "cloudfront/nothing-is-cached"
    ]
