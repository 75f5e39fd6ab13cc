"""The managed policies of CloudFront, and the values that they forward to the origin.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html,
.../using-managed-origin-request-policies.html, .../using-managed-response-headers-policies.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """One managed policy.

    Attributes:
        name: Name of the policy.
        argument: Argument of a cache behaviour for this kind of policy.
        forwards: What is forwarded completely: ``query strings``, ``cookies``, ``headers`` (of
            the viewer, possibly except Host).
    """

    name: str
    argument: str
    forwards: frozenset[str] = frozenset()


def _cache(name: str, *forwards: str) -> Policy:
    return Policy(name, "cache_policy_id", frozenset(forwards))


def _request(name: str, *forwards: str) -> Policy:
    return Policy(name, "origin_request_policy_id", frozenset(forwards))


def _response(name: str) -> Policy:
    return Policy(name, "response_headers_policy_id")


_ALL = ("query strings", "cookies", "headers")
MANAGED: Mapping[str, Policy] = {
    "2e54312d-136d-493c-8eb9-b001f22f67d2": _cache("Amplify", "query strings", "cookies"),
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": _cache("CachingDisabled"),
    "658327ea-f89d-4fab-a63d-7e88639e58f6": _cache("CachingOptimized"),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": _cache("CachingOptimizedForUncompressedObjects"),
    "08627262-05a9-4f76-9ded-b50ca2e3a84f": _cache("Elemental-MediaPackage"),
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": _cache("UseOriginCacheControlHeaders", "cookies"),
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": _cache(
        "UseOriginCacheControlHeaders-QueryStrings", "query strings", "cookies"
    ),
    "216adef6-5c7f-47e4-b989-5492eafa07d3": _request("AllViewer", *_ALL),
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": _request("AllViewerExceptHostHeader", *_ALL),
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": _request(
        "AllViewerAndCloudFrontHeaders-2022-06", *_ALL
    ),
    "59781a5b-3903-41f3-afcb-af62929ccde1": _request("CORS-CustomOrigin"),
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": _request("CORS-S3Origin"),
    "775133bc-15f2-49f9-abea-afb2e0bf67d2": _request(
        "Elemental-MediaTailor-PersonalizedManifests", "query strings"
    ),
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": _request("HostHeaderOnly"),
    "acba4595-bd28-49b8-b9fe-13317c0390fa": _request("UserAgentRefererHeaders"),
    "60669652-455b-4ae9-85a4-c4c02393f86c": _response("SimpleCORS"),
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd": _response("CORS-With-Preflight"),
    "e61eb60c-9c35-4d20-a928-2b84e02af89c": _response("CORS-and-SecurityHeadersPolicy"),
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63": _response(
        "CORS-with-preflight-and-SecurityHeadersPolicy"
    ),
    "67f7725c-6f97-4210-82d7-5512b31e9d03": _response("SecurityHeadersPolicy"),
}
"""Policy id -> managed policy; the ids are the same in every account."""


def policy(id_: str | None) -> Policy | None:
    """Return the managed policy with an id, None if there is none."""
    return MANAGED.get((id_ or "").lower())
