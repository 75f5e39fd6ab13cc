"""Rules on CloudFront with what it refers to: origins, certificates, buckets, policies."""

import re
from collections.abc import Iterator

from harness.preflight.configuration import Block, Resource, same
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.cloudfront.distribution import behaviors, policy
from harness.preflight.rules.s3 import allows_acls

_DISTRIBUTION = "aws_cloudfront_distribution"
_CERTIFICATES = ("aws_acm_certificate", "aws_acm_certificate_validation")
_S3_DOMAIN = re.compile(r".+\.s3[.-]([a-z0-9-]+\.)?amazonaws\.com")
_HOST_POLICIES = ("AllViewer", "AllViewerAndCloudFrontHeaders-2022-06", "HostHeaderOnly")


@resource_rule("cloudfront/query-strings-do-not-arrive", _DISTRIBUTION)
def query_strings_do_not_arrive(distribution: Resource) -> Problems:
    """No policy forwards query strings to the load balancer behind CloudFront."""
    for name, policies, forwarded in _forwarded(distribution):
        if "query strings" not in forwarded:
            yield distribution.problem(f"{name} drops query strings ({policies})")


@resource_rule("cloudfront/cookies-and-headers-do-not-arrive", _DISTRIBUTION)
def cookies_and_headers_do_not_arrive(distribution: Resource) -> Problems:
    """CloudFront forwards query strings to a load balancer, but no cookies or no headers."""
    for name, policies, forwarded in _forwarded(distribution):
        lacking = [what for what in ("cookies", "headers") if what not in forwarded]
        if "query strings" in forwarded and lacking:
            yield distribution.problem(f"{name} drops {' and '.join(lacking)} ({policies})")


def _forwarded(distribution: Resource) -> Iterator[tuple[str, str, set[str]]]:
    """Yield the behaviours with managed policies and a load balancer as origin.

    Each with the names of its policies and what they forward completely.
    """
    for name, behavior in behaviors(distribution):
        cache = policy(behavior.text("cache_policy_id"))
        request = policy(behavior.text("origin_request_policy_id"))
        if cache is None or _balancer_of(distribution, behavior) is None:
            continue
        if request is not None:
            yield name, f"{cache.name}, {request.name}", {*cache.forwards, *request.forwards}
        elif behavior.absent("origin_request_policy_id"):
            yield name, f"{cache.name}, no origin request policy", set(cache.forwards)


def _balancer_of(distribution: Resource, behavior: Block) -> Resource | None:
    target = behavior.value("target_origin_id")
    for origin in distribution.blocks("origin"):
        if same(origin.value("origin_id"), target):
            return distribution.follow("domain_name", "aws_lb", within=origin)
    return None


@resource_rule("cloudfront/origin-without-listener", _DISTRIBUTION)
def origin_without_listener(distribution: Resource) -> Problems:
    """CloudFront connects to a port of the load balancer that has no listener."""
    for origin in distribution.blocks("origin"):
        balancer = distribution.follow("domain_name", "aws_lb", within=origin)
        custom = origin.block("custom_origin_config")
        if balancer is None or custom is None:
            continue
        ports = _listener_ports(balancer)
        port = _origin_port(custom)
        if ports is not None and port is not None and port not in ports:
            text = f"connects to {balancer.address} on port {port}; listeners: {sorted(ports)}"
            yield distribution.problem(text)


def _origin_port(custom: Block) -> int | None:
    protocol = custom.text("origin_protocol_policy")
    if protocol == "http-only":
        return custom.integer("http_port")
    return custom.integer("https_port") if protocol == "https-only" else None


def _listener_ports(balancer: Resource) -> set[int] | None:
    kind, argument = "aws_lb_listener", "load_balancer_arn"
    listeners = balancer.configuration.all_referring(kind, argument, balancer)
    ports = {listener.integer("port") for listener in listeners or ()}
    return None if listeners is None or None in ports else {port for port in ports if port}


@resource_rule("cloudfront/settings", _DISTRIBUTION)
def settings(distribution: Resource) -> Problems:
    """A distribution contradicts itself, or the certificate, origin or bucket that it refers to."""
    yield from _certificates(distribution)
    for text in _origins(distribution):
        yield distribution.problem(text, variant=1)
    logging = distribution.block("logging_config")
    bucket = distribution.follow("bucket", "aws_s3_bucket", within=logging) if logging else None
    if bucket is not None and allows_acls(bucket) is False:
        text = f"the ACLs of the log bucket {bucket.address} are off"
        yield distribution.problem(text, variant=2, bucket=bucket.text("bucket") or "...")
    for name, behavior in behaviors(distribution):
        legacy = behavior.given("forwarded_values") and behavior.absent("cache_policy_id")
        if legacy and not behavior.absent("origin_request_policy_id"):
            text = f"{name} has origin_request_policy_id without cache_policy_id"
            yield distribution.problem(text, variant=3)
        for text in _ttls(behavior):
            yield distribution.problem(f"{name}: {text}", variant=4)


def _certificates(distribution: Resource) -> Problems:
    for block in distribution.blocks("viewer_certificate"):
        found = distribution.follow("acm_certificate_arn", *_CERTIFICATES, within=block)
        region = found.region() if found is not None else None
        if found is not None and region not in (None, "us-east-1"):
            text = f"the certificate {found.address} is in {region}, not in us-east-1"
            yield distribution.problem(text)


def _origins(distribution: Resource) -> Iterator[str]:
    ids = [origin.text("origin_id") for origin in distribution.blocks("origin")]
    for id_ in sorted({i for i in ids if i and ids.count(i) > 1}):
        yield f"two origins have the id {id_}"
    for origin in distribution.blocks("origin"):
        name = origin.text("origin_id") or "..."
        domain = origin.text("domain_name") or ""
        balancer = distribution.follow("domain_name", "aws_lb", within=origin)
        custom = not (origin.absent("custom_origin_config") and origin.absent("vpc_origin_config"))
        if not custom and (balancer or ".elb.amazonaws.com" in domain):
            yield f"the load balancer of origin {name} requires custom_origin_config"
        identities = [b.text("origin_access_identity") for b in origin.blocks("s3_origin_config")]
        if any(identities) and not origin.absent("origin_access_control_id"):
            yield f"origin {name} has an origin access control and an identity"


def _ttls(behavior: Block) -> Iterator[str]:
    names = ("min_ttl", "default_ttl", "max_ttl")
    low, default, high = (behavior.integer(name) for name in names)
    if behavior.given("cache_policy_id") and any((low, default, high)):
        yield "TTLs cannot be set beside cache_policy_id"
    elif high and ((low or 0) > high or (default or 0) > high):
        yield f"min_ttl {low or 0}, default_ttl {default or 0}, max_ttl {high}"


@resource_rule("cloudfront/host-header-to-s3", _DISTRIBUTION)
def host_header_to_s3(distribution: Resource) -> Problems:
    """A policy forwards the viewer's Host header to a bucket, which does not know that name."""
    buckets = {
        origin.text("origin_id")
        for origin in distribution.blocks("origin")
        if distribution.follow("domain_name", "aws_s3_bucket", within=origin)
        or _S3_DOMAIN.fullmatch(origin.text("domain_name") or "")
    } - {None}
    for name, behavior in behaviors(distribution):
        managed = policy(behavior.text("origin_request_policy_id"))
        forwards = managed is not None and managed.name in _HOST_POLICIES
        if forwards and managed and behavior.text("target_origin_id") in buckets:
            yield distribution.problem(f"{name} sends Host to a bucket ({managed.name})")
