"""Rules on requests from CloudFront to the origin."""

from collections.abc import Iterator

from harness.preflight.configuration import Block, Resource, same
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.cloudfront.distribution import behaviors
from harness.preflight.rules.cloudfront.managed_policies import policy

_DISTRIBUTION = "aws_cloudfront_distribution"


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
