"""Mutations of the load balancer and the distribution."""

import copy
import socketserver
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import load_balancer, target_group
from tests.mutations.mutation import Mutation, modified, mutation

THROUGH_THE_LOAD_BALANCER = (
    "alb/each-task-answers aurora/rows-agree-with-data-api aurora/rows-agree-with-direct-sql"
    " aurora/service-ready"
)
# The health of a target group without a listener is not checked.
WITHOUT_LISTENER = (
    "alb/listener alb/target-group alb/targets-healthy alb/targets-in-different-zones"
)
THROUGH_CLOUDFRONT = (
    "cloudfront/compresses cloudfront/cookies-arrive cloudfront/headers-arrive"
    " cloudfront/headers-of-cloudfront cloudfront/nothing-is-cached"
    " cloudfront/query-string-arrives cloudfront/serves-products"
)
_SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"


def _balancer(context: CheckContext, key: str, value: str) -> None:
    context.clients.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=load_balancer(context)["LoadBalancerArn"],
        Attributes=[{"Key": key, "Value": value}],
    )


def _group(context: CheckContext, key: str, value: str) -> None:
    context.clients.elbv2.modify_target_group_attributes(
        TargetGroupArn=target_group(context)["TargetGroupArn"],
        Attributes=[{"Key": key, "Value": value}],
    )


def listener(context: CheckContext) -> str:
    """Return the ARN of the listener."""
    arn = load_balancer(context)["LoadBalancerArn"]
    listeners = context.clients.elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    return listeners[0]["ListenerArn"]


def _answer_itself(context: CheckContext, status: str) -> None:
    """Let the listener return a fixed response; recreated, it would have another ARN."""
    context.clients.elbv2.modify_listener(
        ListenerArn=listener(context),
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}],
    )


def _forward(context: CheckContext) -> None:
    arn = target_group(context)["TargetGroupArn"]
    context.clients.elbv2.modify_listener(
        ListenerArn=listener(context), DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}]
    )


def _add_rule(context: CheckContext) -> str:
    answer: Any = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "418"}}
    rules = context.clients.elbv2.create_rule(
        ListenerArn=listener(context),
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/nowhere/*"]}],
        Actions=[answer],
    )
    return rules["Rules"][0]["RuleArn"]


class _Stranger(BaseHTTPRequestHandler):
    """Responds 200 to everything, without being a task."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 -- named by the base class

    def log_message(self, *_: Any) -> None:
        pass


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _register_stranger(context: CheckContext) -> Any:
    """Serve on an address of its own and register it with the target group."""
    group = target_group(context)
    server = _Server(("127.0.99.1", group["Port"]), _Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    target: Any = {"TargetGroupArn": group["TargetGroupArn"], "Targets": [{"Id": "127.0.99.1"}]}
    context.clients.elbv2.register_targets(**target)
    return server, target


def _deregister_stranger(context: CheckContext, made: Any) -> None:
    server, target = made
    context.clients.elbv2.deregister_targets(**target)
    server.shutdown()
    server.server_close()


def _read(context: CheckContext) -> Any:
    identifier = context.outputs.distribution_id or ""
    return context.clients.cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"]


def _write(context: CheckContext, configured: Any) -> None:
    cloudfront, identifier = context.clients.cloudfront, context.outputs.distribution_id or ""
    tag = cloudfront.get_distribution_config(Id=identifier)["ETag"]
    cloudfront.update_distribution(Id=identifier, IfMatch=tag, DistributionConfig=configured)


def distribution(
    name: str, checks: str, change: Callable[[dict[str, Any]], object], **more: Any
) -> Mutation:
    """Return a mutation of the distribution; cloudfront/configuration notices each."""
    return modified(
        name,
        f"cloudfront/configuration {checks}",
        _read,
        lambda c: change(c) and None,
        _write,
        **more,
    )


def _cache(context: CheckContext) -> Any:
    """Store responses for an hour, whatever the origin's headers and the viewer's query."""
    policy = context.clients.cloudfront.create_cache_policy(
        CachePolicyConfig={
            "Name": f"mutation-{context.expected.environment_suffix}",
            "MinTTL": 3600,
            "MaxTTL": 3600,
            "DefaultTTL": 3600,
        }
    )
    before = _read(context)
    after = copy.deepcopy(before)
    after["DefaultCacheBehavior"]["CachePolicyId"] = policy["CachePolicy"]["Id"]
    _write(context, after)
    return before, policy


def _stop_caching(context: CheckContext, made: Any) -> None:
    before, policy = made
    _write(context, before)
    context.clients.cloudfront.delete_cache_policy(
        Id=policy["CachePolicy"]["Id"], IfMatch=policy["ETag"]
    )


def behaviour(**changes: Any) -> Callable[[dict[str, Any]], object]:
    """Return a change of the default behaviour."""
    return lambda configured: configured["DefaultCacheBehavior"].update(changes)


def _without_origin_request_policy(configured: dict[str, Any]) -> None:
    del configured["DefaultCacheBehavior"]["OriginRequestPolicyId"]


def origin(**changes: Any) -> Callable[[dict[str, Any]], object]:
    """Return a change of the origin."""
    return lambda configured: configured["Origins"]["Items"][0].update(changes)


MUTATIONS = (
    mutation(
        "deletion protection of the load balancer",
        "alb/load-balancer",
        lambda c: _balancer(c, "deletion_protection.enabled", "true"),
        lambda c, _: _balancer(c, "deletion_protection.enabled", "false"),
        quick=True,
    ),
    mutation(
        "no access logs",
        "alb/load-balancer",
        lambda c: _balancer(c, "access_logs.s3.enabled", "false"),
        lambda c, _: _balancer(c, "access_logs.s3.enabled", "true"),
    ),
    mutation(
        "stickiness of the target group",
        "alb/target-group",
        lambda c: _group(c, "stickiness.enabled", "true"),
        lambda c, _: _group(c, "stickiness.enabled", "false"),
        quick=True,
    ),
    mutation(
        "another deregistration delay",
        "alb/target-group",
        lambda c: _group(c, "deregistration_delay.timeout_seconds", "300"),
        lambda c, _: _group(c, "deregistration_delay.timeout_seconds", "15"),
    ),
    mutation(
        "a listener that responds 503 itself",
        f"{WITHOUT_LISTENER} {THROUGH_THE_LOAD_BALANCER} {THROUGH_CLOUDFRONT}",
        lambda c: _answer_itself(c, "503"),
        lambda c, _: _forward(c),
    ),
    mutation(
        "a listener that responds 200 itself",
        f"{WITHOUT_LISTENER} {THROUGH_THE_LOAD_BALANCER} {THROUGH_CLOUDFRONT}",
        lambda c: _answer_itself(c, "200"),
        lambda c, _: _forward(c),
        quick=True,
    ),
    mutation(
        "one more rule of the listener",
        "alb/listener",
        _add_rule,
        lambda c, arn: c.clients.elbv2.delete_rule(RuleArn=arn),
    ),
    mutation(
        "a target that is not a task and responds 200",
        f"alb/targets-healthy alb/targets-in-different-zones"
        f" {THROUGH_THE_LOAD_BALANCER} {THROUGH_CLOUDFRONT}",
        _register_stranger,
        _deregister_stranger,
        embedded_only=True,
    ),
    distribution(
        "the distribution disabled",
        f"{THROUGH_CLOUDFRONT} cloudfront/deployed cloudfront/redirects-to-https",
        lambda configured: configured.update(Enabled=False),
    ),
    # Neither query string (so no category), header, cookie nor Accept-Encoding reaches the origin.
    distribution(
        "no origin request policy",
        "cloudfront/compresses cloudfront/cookies-arrive cloudfront/headers-arrive"
        " cloudfront/nothing-is-cached cloudfront/query-string-arrives cloudfront/serves-products",
        _without_origin_request_policy,
        quick=True,
    ),
    distribution(
        "http allowed for viewers",
        "cloudfront/redirects-to-https",
        behaviour(ViewerProtocolPolicy="allow-all"),
    ),
    mutation(
        "a caching policy",
        f"cloudfront/configuration {THROUGH_CLOUDFRONT}",
        _cache,
        _stop_caching,
        quick=True,
    ),
    distribution(
        "a geo restriction",
        "",
        lambda configured: configured.update(
            Restrictions={
                "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["SE"]}
            }
        ),
        quick=True,
    ),
    distribution(
        "trusted signers",
        "",
        behaviour(TrustedSigners={"Enabled": True, "Quantity": 1, "Items": ["self"]}),
    ),
    distribution(
        "a response headers policy", "", behaviour(ResponseHeadersPolicyId=_SECURITY_HEADERS)
    ),
    distribution("HTTP/1.1 alone", "", lambda c: c.update(HttpVersion="http1.1")),
    distribution("every edge location", "", lambda c: c.update(PriceClass="PriceClass_All")),
    distribution(
        "a web ACL",
        "",
        lambda c: c.update(
            WebACLId="arn:aws:wafv2:us-east-1:000000000000:global/webacl/mutation/1"
        ),
    ),
    distribution(
        "a custom header to the origin",
        "",
        origin(
            CustomHeaders={
                "Quantity": 1,
                "Items": [{"HeaderName": "x-mutation", "HeaderValue": "1"}],
            }
        ),
    ),
)
