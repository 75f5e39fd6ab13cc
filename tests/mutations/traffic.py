"""More mutations of the load balancer and the distribution."""

from typing import Any

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import load_balancer, target_group
from tests.mutations.edge import (
    THROUGH_CLOUDFRONT,
    THROUGH_THE_LOAD_BALANCER,
    behaviour,
    distribution,
    listener,
    origin,
)
from tests.mutations.mutation import called, modified, mutation, switched


def _balancer(context: CheckContext) -> dict[str, Any]:
    return {"LoadBalancerArn": load_balancer(context)["LoadBalancerArn"]}


def _group(context: CheckContext) -> dict[str, Any]:
    return {"TargetGroupArn": target_group(context)["TargetGroupArn"]}


def _listener(context: CheckContext) -> dict[str, Any]:
    return {"ListenerArn": listener(context)}


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"Attributes": [{"Key": key, "Value": value}]}


def _targets(context: CheckContext) -> Any:
    """Deregister one of the targets."""
    elbv2, group = context.clients.elbv2, _group(context)
    target = elbv2.describe_target_health(**group)["TargetHealthDescriptions"][0]["Target"]
    one: Any = {**group, "Targets": [{"Id": target["Id"], "Port": target["Port"]}]}
    elbv2.deregister_targets(**one)
    return one


def _alias(configured: dict[str, Any]) -> None:
    configured["Aliases"] = {"Quantity": 1, "Items": ["catalog.example.com"]}


def _second_behaviour(configured: dict[str, Any]) -> None:
    configured["CacheBehaviors"] = {
        "Quantity": 1,
        "Items": [{**configured["DefaultCacheBehavior"], "PathPattern": "/nowhere/*"}],
    }


_FUNCTION: Any = {
    "Quantity": 1,
    "Items": [
        {
            "FunctionARN": "arn:aws:cloudfront::000000000000:function/mutation",
            "EventType": "viewer-response",
        }
    ],
}
_LOGGING = {
    "Enabled": True,
    "IncludeCookies": True,
    "Bucket": "elsewhere.s3.amazonaws.com",
    "Prefix": "",
}
_ERRORS: Any = {
    "Quantity": 1,
    "Items": [
        {
            "ErrorCode": 502,
            "ResponsePagePath": "/sorry",
            "ResponseCode": "200",
            "ErrorCachingMinTTL": 60,
        }
    ],
}

MUTATIONS = (
    called(
        "a second listener",
        "alb/listener tags/load-balancer",
        (
            "elbv2.create_listener",
            lambda c: {
                **_balancer(c),
                "Protocol": "HTTP",
                "Port": 81,
                "DefaultActions": [
                    {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
                ],
            },
        ),
        (
            "elbv2.delete_listener",
            lambda c, made: {"ListenerArn": made["Listeners"][0]["ListenerArn"]},
        ),
        quick=True,
    ),
    switched(
        "the listener on another port",
        f"alb/listener {THROUGH_THE_LOAD_BALANCER} {THROUGH_CLOUDFRONT}",
        "elbv2.modify_listener",
        _listener,
        ({"Port": 8000}, {"Port": 80}),
    ),
    switched(
        "a header with the server's name in responses",
        "alb/listener",
        "elbv2.modify_listener_attributes",
        _listener,
        (
            _attribute("routing.http.response.server.enabled", "false"),
            _attribute("routing.http.response.server.enabled", "true"),
        ),
    ),
    switched(
        "slow start of the targets",
        "alb/target-group",
        "elbv2.modify_target_group_attributes",
        _group,
        (
            _attribute("slow_start.duration_seconds", "300"),
            _attribute("slow_start.duration_seconds", "0"),
        ),
    ),
    switched(
        "another algorithm of the target group",
        "alb/target-group",
        "elbv2.modify_target_group_attributes",
        _group,
        (
            _attribute("load_balancing.algorithm.type", "least_outstanding_requests"),
            _attribute("load_balancing.algorithm.type", "round_robin"),
        ),
    ),
    modified(
        "health checks that accept any status",
        "alb/target-group",
        lambda c: target_group(c)["Matcher"],
        lambda _: {"HttpCode": "200-499"},
        lambda c, matcher: c.clients.elbv2.modify_target_group(**_group(c), Matcher=matcher),
    ),
    switched(
        "an idle timeout of one second",
        "alb/load-balancer",
        "elbv2.modify_load_balancer_attributes",
        _balancer,
        (
            _attribute("idle_timeout.timeout_seconds", "1"),
            _attribute("idle_timeout.timeout_seconds", "60"),
        ),
    ),
    modified(
        "another security group of the load balancer",
        "alb/load-balancer",
        lambda c: load_balancer(c)["SecurityGroups"],
        lambda groups: [*groups, "sg-00000000000000000"],
        lambda c, groups: c.clients.elbv2.set_security_groups(
            **_balancer(c), SecurityGroups=groups
        ),
    ),
    mutation(
        "a target deregistered",
        "alb/targets-healthy alb/targets-in-different-zones"
        f" {THROUGH_THE_LOAD_BALANCER} {THROUGH_CLOUDFRONT}",
        _targets,
        lambda c, one: c.clients.elbv2.register_targets(**one),
    ),
    distribution("another domain name of the distribution", "", _alias),
    distribution("one more behaviour of the distribution", "", _second_behaviour),
    # It does not exist: CloudFront responds 503.
    distribution(
        "a function of the distribution",
        THROUGH_CLOUDFRONT,
        behaviour(FunctionAssociations=_FUNCTION),
    ),
    distribution("access logs of the distribution", "", lambda c: c.update(Logging=_LOGGING)),
    distribution("an origin access control", "", origin(OriginAccessControlId="E2QWRUHAPOMQZL")),
    distribution("a page in place of errors", "", lambda c: c.update(CustomErrorResponses=_ERRORS)),
    distribution("a default root object", "", lambda c: c.update(DefaultRootObject="index.html")),
)
