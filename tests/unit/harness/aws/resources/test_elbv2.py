"""Elastic Load Balancing: listing and deleting."""

from typing import Any

from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import ARN, deleted, listed, tags, upper
from tests.unit.harness.checks.fake_aws import RefusalError

TAGS = tags()
BALANCER = ARN.format("elasticloadbalancing", "loadbalancer/app/catalog-alb-pr1/50dc")
GROUP = ARN.format("elasticloadbalancing", "targetgroup/catalog-tg-pr1/73e2")
LISTENER = ARN.format("elasticloadbalancing", "listener/app/catalog-alb-pr1/50dc/6d0e")
BALANCERS = {"LoadBalancers": [{"LoadBalancerArn": BALANCER}]}


def described_tags(request: dict[str, Any]) -> dict[str, Any]:
    arns = request["ResourceArns"]
    assert len(arns) <= 20, "AWS accepts no more"
    return {"TagDescriptions": [{"ResourceArn": arn, "Tags": upper(TAGS)} for arn in arns]}


def test_the_tags_of_load_balancers_and_target_groups_are_described_twenty_at_once() -> None:
    arns = [f"{BALANCER}{number}" for number in range(21)]
    resources = listed(
        {
            "elbv2.DescribeLoadBalancers": {
                "LoadBalancers": [{"LoadBalancerArn": arn} for arn in arns]
            },
            "elbv2.DescribeListeners": {"Listeners": []},
            "elbv2.DescribeTargetGroups": {"TargetGroups": [{"TargetGroupArn": GROUP}]},
            "elbv2.DescribeTags": described_tags,
        }
    )

    assert len(resources) == 22
    assert all(resource.tags == TAGS for resource in resources)
    assert {resource.name for resource in resources} == {"catalog-alb-pr1", "catalog-tg-pr1"}


def test_a_listener_is_within_its_load_balancer() -> None:
    resources = listed(
        {
            "elbv2.DescribeLoadBalancers": BALANCERS,
            "elbv2.DescribeListeners": {"Listeners": [{"ListenerArn": LISTENER}]},
            "elbv2.DescribeTags": described_tags,
        }
    )

    assert resources == [
        Resource(Kind.LISTENER, LISTENER, tags=TAGS, within=BALANCER),
        Resource(Kind.LOAD_BALANCER, BALANCER, "catalog-alb-pr1", TAGS),
    ]


def test_one_that_is_deleted_meanwhile_does_not_hide_the_others() -> None:
    arns = [BALANCER, f"{BALANCER}-gone"]

    def describe(request: dict[str, Any]) -> dict[str, Any]:
        if arns[1] in request["ResourceArns"]:
            raise RefusalError("LoadBalancerNotFound")
        return described_tags(request)

    def listeners(request: dict[str, Any]) -> dict[str, Any]:
        if request["LoadBalancerArn"] == arns[1]:
            raise RefusalError("LoadBalancerNotFound")
        return {"Listeners": []}

    resources = listed(
        {
            "elbv2.DescribeLoadBalancers": {
                "LoadBalancers": [{"LoadBalancerArn": arn} for arn in arns]
            },
            "elbv2.DescribeListeners": listeners,
            "elbv2.DescribeTags": describe,
        }
    )

    assert [each.identifier for each in resources] == [BALANCER]


def test_a_load_balancer_loses_its_protection_first() -> None:
    _, aws = deleted(
        Resource(Kind.LOAD_BALANCER, "alb"),
        {"elbv2.ModifyLoadBalancerAttributes": {}, "elbv2.DeleteLoadBalancer": {}},
    )

    assert [name.partition(".")[2] for name, _ in aws.requests] == [
        "ModifyLoadBalancerAttributes",
        "DeleteLoadBalancer",
    ]
