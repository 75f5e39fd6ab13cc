from typing import Any

import pytest

from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    both,
    check,
    fires,
    silent,
)

EDGE = "aws_cloudfront_distribution.edge_distribution"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
WITH_QUERY_STRINGS = "4cc15a8a-d715-48a4-82b8-cc0b614638fe"
OWN = "11111111-2222-3333-4444-555555555555"
FORWARDED: dict[str, Any] = {"query_string": True, "cookies": {"forward": "all"}}


def behavior(draft: Draft, **arguments: object) -> None:
    draft[EDGE]["default_cache_behavior"].update(arguments)


def second(draft: Draft, **arguments: object) -> None:
    draft[EDGE]["ordered_cache_behavior"] = [
        {**draft[EDGE]["default_cache_behavior"], "path_pattern": "/static/*", **arguments}
    ]


def origin(draft: Draft, **arguments: object) -> None:
    draft[EDGE]["origin"][0]["custom_origin_config"].update(arguments)


def certificate(draft: Draft, **arguments: object) -> None:
    draft[EDGE]["viewer_certificate"] = arguments


BOTH = "cloudfront/cache-policy-with-forwarded-values"
CASES = [
    fires(BOTH, EDGE, lambda d: behavior(d, forwarded_values=FORWARDED)),
    fires(BOTH, EDGE, lambda d: second(d, forwarded_values=[FORWARDED]), name="ordered behaviour"),
    fires(
        BOTH,
        EDGE,
        both(
            lambda d: d.__setitem__("aws_cloudfront_cache_policy.own", {"name": f"own-{SUFFIX}"}),
            lambda d: behavior(
                d,
                cache_policy_id="${aws_cloudfront_cache_policy.own.id}",
                forwarded_values=FORWARDED,
            ),
        ),
        name="policy of the configuration",
    ),
    silent(
        BOTH,
        lambda d: behavior(
            d, cache_policy_id=None, origin_request_policy_id=None, forwarded_values=FORWARDED
        ),
    ),
    silent(
        BOTH,
        lambda d: behavior(d, cache_policy_id="${var.policy}", forwarded_values=FORWARDED),
        name="unknown",
    ),
    fires("cloudfront/no-cache-policy", EDGE, lambda d: behavior(d, cache_policy_id=None)),
    silent("cloudfront/no-cache-policy", lambda d: behavior(d, cache_policy_id="${var.policy}")),
    fires(
        "cloudfront/wrong-policy",
        EDGE,
        lambda d: behavior(d, cache_policy_id=ALL_VIEWER),
    ),
    fires(
        "cloudfront/wrong-policy",
        EDGE,
        lambda d: behavior(d, origin_request_policy_id="Managed-AllViewer"),
        name="a name",
    ),
    silent("cloudfront/wrong-policy", lambda d: behavior(d, cache_policy_id=OWN)),
    fires(
        "cloudfront/unknown-origin",
        EDGE,
        lambda d: behavior(d, target_origin_id="alb-origin"),
    ),
    silent("cloudfront/unknown-origin", lambda d: behavior(d, target_origin_id="${var.origin}")),
    silent(
        "cloudfront/unknown-origin",
        both(
            lambda d: behavior(d, target_origin_id="${local.origin}"),
            lambda d: d[EDGE]["origin"][0].update(origin_id="${local.origin}"),
            lambda d: d.document.update(locals={"origin": f"alb-{SUFFIX}"}),
        ),
        name="locals",
    ),
    fires("cloudfront/methods", EDGE, lambda d: behavior(d, allowed_methods=["GET", "POST"])),
    fires("cloudfront/methods", EDGE, lambda d: behavior(d, cached_methods=["GET", "POST"])),
    fires(
        "cloudfront/methods",
        EDGE,
        lambda d: behavior(
            d, allowed_methods=["GET", "HEAD"], cached_methods=["GET", "HEAD", "OPTIONS"]
        ),
        name="caches what it does not allow",
    ),
    silent(
        "cloudfront/methods",
        lambda d: behavior(
            d,
            allowed_methods=["OPTIONS", "HEAD", "GET"],
            cached_methods=["OPTIONS", "HEAD", "GET"],
        ),
    ),
    fires(
        "cloudfront/certificate",
        EDGE,
        lambda d: certificate(
            d,
            acm_certificate_arn="arn:aws:acm:eu-north-1:123456789012:certificate/x",
            ssl_support_method="sni-only",
        ),
    ),
    fires(
        "cloudfront/certificate",
        EDGE,
        lambda d: d[EDGE].update(aliases=["shop.example.com"]),
        name="alias",
    ),
    silent(
        "cloudfront/certificate",
        both(
            lambda d: d[EDGE].update(aliases=["shop.example.com"]),
            lambda d: certificate(
                d,
                acm_certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/x",
                ssl_support_method="sni-only",
            ),
        ),
    ),
    fires("cloudfront/retain-on-delete", EDGE, lambda d: d[EDGE].update(retain_on_delete=True)),
    silent("cloudfront/retain-on-delete", lambda d: d[EDGE].update(retain_on_delete=False)),
    fires(
        "cloudfront/query-strings-do-not-arrive",
        EDGE,
        lambda d: behavior(d, origin_request_policy_id=None),
    ),
    silent(
        "cloudfront/query-strings-do-not-arrive",
        lambda d: behavior(d, origin_request_policy_id="${var.policy}"),
    ),
    silent(
        "cloudfront/query-strings-do-not-arrive",
        both(
            lambda d: behavior(d, origin_request_policy_id=None),
            lambda d: d[EDGE]["origin"][0].update(domain_name="example.com"),
        ),
        name="not a load balancer",
    ),
    fires(
        "cloudfront/cookies-and-headers-do-not-arrive",
        EDGE,
        lambda d: behavior(d, cache_policy_id=WITH_QUERY_STRINGS, origin_request_policy_id=None),
    ),
    silent(
        "cloudfront/cookies-and-headers-do-not-arrive",
        lambda d: behavior(d, cache_policy_id=WITH_QUERY_STRINGS),
    ),
    fires(
        "cloudfront/origin-without-listener",
        EDGE,
        lambda d: origin(d, origin_protocol_policy="https-only"),
    ),
    fires(
        "cloudfront/origin-without-listener", EDGE, lambda d: origin(d, http_port=8080), name="port"
    ),
    silent(
        "cloudfront/origin-without-listener",
        lambda d: origin(d, origin_protocol_policy="match-viewer"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)
