"""Mutations of the load balancer and the distribution."""

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
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
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


def _listener(context: CheckContext) -> str:
    arn = load_balancer(context)["LoadBalancerArn"]
    listeners = context.clients.elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    return listeners[0]["ListenerArn"]


def _answer_itself(context: CheckContext, status: str) -> None:
    """Let the listener return a fixed response; recreated, it would have another ARN."""
    context.clients.elbv2.modify_listener(
        ListenerArn=_listener(context),
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}],
    )


def _forward(context: CheckContext) -> None:
    arn = target_group(context)["TargetGroupArn"]
    context.clients.elbv2.modify_listener(
        ListenerArn=_listener(context), DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}]
    )


def _add_rule(context: CheckContext) -> str:
    answer: Any = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "418"}}
    rules = context.clients.elbv2.create_rule(
        ListenerArn=_listener(context),
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


def _distribution(
    name: str, checks: str, change: Callable[[dict[str, Any]], object], **more: Any
) -> Mutation:
    def read(context: CheckContext) -> Any:
        identifier = context.outputs.distribution_id or ""
        return context.clients.cloudfront.get_distribution_config(Id=identifier)[
            "DistributionConfig"
        ]

    def write(context: CheckContext, configured: Any) -> None:
        cloudfront, identifier = context.clients.cloudfront, context.outputs.distribution_id or ""
        tag = cloudfront.get_distribution_config(Id=identifier)["ETag"]
        cloudfront.update_distribution(Id=identifier, IfMatch=tag, DistributionConfig=configured)

    return modified(
        name,
        f"cloudfront/configuration {checks}",
        read,
        lambda c: change(c) and None,
        write,
        **more,
    )


def _behaviour(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda configured: configured["DefaultCacheBehavior"].update(changes)


def _without_origin_request_policy(configured: dict[str, Any]) -> None:
    del configured["DefaultCacheBehavior"]["OriginRequestPolicyId"]


def _origin(**changes: Any) -> Callable[[dict[str, Any]], object]:
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
    _distribution(
        "the distribution disabled",
        f"{THROUGH_CLOUDFRONT} cloudfront/deployed cloudfront/redirects-to-https",
        lambda configured: configured.update(Enabled=False),
    ),
    # Neither query string (so no category), header, cookie nor Accept-Encoding reaches the origin.
    _distribution(
        "no origin request policy",
        "cloudfront/compresses cloudfront/cookies-arrive cloudfront/headers-arrive"
        " cloudfront/nothing-is-cached cloudfront/query-string-arrives cloudfront/serves-products",
        _without_origin_request_policy,
        quick=True,
    ),
    _distribution(
        "http allowed for viewers",
        "cloudfront/redirects-to-https",
        _behaviour(ViewerProtocolPolicy="allow-all"),
    ),
    _distribution(
        "a caching policy",
        "cloudfront/nothing-is-cached",
        _behaviour(CachePolicyId=_CACHING_OPTIMIZED),
        # The API sends no-store, so responses stay in the cache for the minimum: one second.
        may_fail=frozenset(THROUGH_CLOUDFRONT.split()),
        quick=True,
    ),
    _distribution(
        "a geo restriction",
        "",
        lambda configured: configured.update(
            Restrictions={
                "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["SE"]}
            }
        ),
        quick=True,
    ),
    _distribution(
        "trusted signers",
        "",
        _behaviour(TrustedSigners={"Enabled": True, "Quantity": 1, "Items": ["self"]}),
    ),
    _distribution(
        "a response headers policy", "", _behaviour(ResponseHeadersPolicyId=_SECURITY_HEADERS)
    ),
    _distribution("HTTP/1.1 alone", "", lambda c: c.update(HttpVersion="http1.1")),
    _distribution("every edge location", "", lambda c: c.update(PriceClass="PriceClass_All")),
    _distribution(
        "a web ACL",
        "",
        lambda c: c.update(
            WebACLId="arn:aws:wafv2:us-east-1:000000000000:global/webacl/mutation/1"
        ),
    ),
    _distribution(
        "a custom header to the origin",
        "",
        _origin(
            CustomHeaders={
                "Quantity": 1,
                "Items": [{"HeaderName": "x-mutation", "HeaderValue": "1"}],
            }
        ),
    ),
)
