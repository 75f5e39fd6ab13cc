"""Rules on the creation and deletion of CloudFront distributions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.preflight.configuration import Block, Resource, same
from harness.preflight.registry import Inspection, Problems, load, lookup_rule, resource_rule
from harness.preflight.target_lookup import TargetLookup

_DISTRIBUTION = "aws_cloudfront_distribution"
_ALLOWED_METHODS = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"},
)
_CACHED_METHODS = _ALLOWED_METHODS[:2]
# Argument for a policy -> operation that returns it, error code for one that does not exist.
_POLICIES = {
    "cache_policy_id": ("get_cache_policy", "NoSuchCachePolicy"),
    "origin_request_policy_id": ("get_origin_request_policy", "NoSuchOriginRequestPolicy"),
    "response_headers_policy_id": ("get_response_headers_policy", "NoSuchResponseHeadersPolicy"),
}
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Policy:
    """One managed policy.

    Attributes:
        argument: Argument of a cache behaviour for this kind of policy.
        forwards: What is forwarded completely: ``query strings``, ``cookies``, ``headers`` (of
            the viewer, possibly except Host).
    """

    name: str
    argument: str
    forwards: tuple[str, ...] = ()


_DATA = load("cloudfront/managed_policies.json")
_MANAGED = {id_: Policy(**fields) for id_, fields in _DATA["policies"].items()}


def policy(id_: str | None) -> Policy | None:
    """Return the managed policy with an id, which is the same in every account; None if none."""
    return _MANAGED.get((id_ or "").lower())


def behaviors(distribution: Resource) -> Iterator[tuple[str, Block]]:
    """Yield the cache behaviours, each with a name for messages."""
    for block in distribution.blocks("default_cache_behavior"):
        yield "the default behaviour", block
    for block in distribution.blocks("ordered_cache_behavior"):
        yield f"the behaviour for {block.text('path_pattern') or '...'}", block


@resource_rule("cloudfront/wrong-policy", _DISTRIBUTION)
def wrong_policy(distribution: Resource) -> Problems:
    """A policy id is malformed, or belongs to a managed policy of another kind."""
    for name, variant, argument, id_ in _policy_ids(distribution):
        managed = policy(id_)
        if not _UUID.fullmatch(id_):
            text = f"{name}: {argument} {id_!r} is not a policy id"
            yield distribution.problem(text, variant=variant)
        elif managed is not None and managed.argument != argument:
            text = f"{name}: {argument} is {managed.name}, a policy for {managed.argument}"
            yield distribution.problem(text, variant=variant)


@lookup_rule("cloudfront/policy-not-found")
def policy_not_found(inspection: Inspection, target: TargetLookup) -> Problems:
    """A policy id belongs neither to a managed policy nor to a policy of the account."""
    for distribution in inspection.configuration.resources(_DISTRIBUTION):
        for name, variant, argument, id_ in _policy_ids(distribution):
            operation, absent = _POLICIES[argument]
            if policy(id_) is not None or not _UUID.fullmatch(id_):
                continue
            if target.find("cloudfront", operation, (absent,), Id=id_) is None:
                text = f"{name}: {argument} {id_} does not exist"
                yield distribution.problem(text, variant=variant)


def _policy_ids(distribution: Resource) -> Iterator[tuple[str, int, str, str]]:
    """Yield each known policy id: behaviour, index of its kind, argument, id."""
    for name, behavior in behaviors(distribution):
        for variant, argument in enumerate(_POLICIES):
            if id_ := behavior.text(argument):
                yield name, variant, argument, id_


@resource_rule("cloudfront/unknown-origin", _DISTRIBUTION)
def unknown_origin(distribution: Resource) -> Problems:
    """The target origin of a cache behaviour does not exist in the distribution."""
    if not (distribution.countable("origin") and distribution.countable("origin_group")):
        return
    blocks = [*distribution.blocks("origin"), *distribution.blocks("origin_group")]
    ids = [block.value("origin_id") for block in blocks]
    for name, behavior in behaviors(distribution):
        target = behavior.value("target_origin_id")
        if target is not None and ids and all(same(target, id_) is False for id_ in ids):
            yield distribution.problem(f"{name} has target {target!r}; origins are {ids}")


@resource_rule("cloudfront/methods", _DISTRIBUTION)
def methods(distribution: Resource) -> Problems:
    """The combination of allowed or cached methods is not supported by CloudFront."""
    for name, behavior in behaviors(distribution):
        allowed, cached = behavior.texts("allowed_methods"), behavior.texts("cached_methods")
        if allowed and set(allowed) not in _ALLOWED_METHODS:
            yield distribution.problem(f"{name} allows {', '.join(sorted(allowed))}")
        elif cached and set(cached) not in _CACHED_METHODS:
            yield distribution.problem(f"{name} caches {', '.join(sorted(cached))}")
        elif allowed and cached and not set(cached) <= set(allowed):
            yield distribution.problem(f"{name} caches methods that it does not allow")


@resource_rule("cloudfront/certificate", _DISTRIBUTION)
def certificate(distribution: Resource) -> Problems:
    """Aliases have no certificate, or the certificate is not in us-east-1."""
    for block in distribution.blocks("viewer_certificate"):
        arn = block.text("acm_certificate_arn") or ""
        if arn.startswith("arn:") and ":us-east-1:" not in arn:
            yield distribution.problem(f"the certificate {arn} is not in us-east-1")
        default = block.boolean("cloudfront_default_certificate")
        if default and distribution.texts("aliases"):
            yield distribution.problem("aliases with CloudFront's default certificate", variant=1)
