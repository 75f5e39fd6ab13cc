"""Requests to load balancers and distributions, on MiniStack and on the gateway."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests

from harness.core.wait import wait_until
from tests.component.harness.emulator.gateway.patches.http_backends import Backend, backends
from tests.component.harness.emulator.gateway.sample_resources import Balanced, visit

HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def two() -> Iterator[list[Backend]]:
    with backends("one", "two") as started:
        yield started


def register(balanced: Balanced, *targets: Backend) -> None:
    # MiniStack identifies targets by address only: each needs another one.
    registered: list[Any] = [
        {"Id": address, "Port": target.port}
        for address, target in zip(("127.0.0.1", "localhost"), targets, strict=False)
    ]
    balanced.elb.register_targets(TargetGroupArn=balanced.group, Targets=registered)


def states(balanced: Balanced) -> Counter[str]:
    return Counter(each["TargetHealth"]["State"] for each in balanced.health())


def settle(balanced: Balanced, **expected: int) -> None:
    wait_until(
        lambda: states(balanced),
        what=f"targets {expected}",
        ready=lambda actual: actual == expected,
        timeout=20,
        delay=0.05,
    )


def names(balanced: Balanced, count: int) -> Counter[str]:
    return Counter(balanced.get("/x").text.split()[0] for _ in range(count))


def test_requests_are_routed_to_healthy_targets_in_round_robin(
    gateway: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(gateway)
    register(balanced, *two)
    settle(balanced, healthy=2)

    assert names(balanced, 8) == {"one": 4, "two": 4}
    response = balanced.get("/x?q=1")
    assert response.status_code == 200
    assert response.text.endswith(f" /x?q=1 {balanced.host}")
    assert balanced.get("/a%2Fb").text.endswith(f" /a%2Fb {balanced.host}")


def test_groups_that_are_not_served_are_those_of_ministack(
    gateway: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(gateway, listener=False)
    (group,) = balanced.elb.create_target_group(
        Name="tcp", Protocol="TCP", Port=80, TargetType="ip"
    )["TargetGroups"]
    balanced.group = group["TargetGroupArn"]
    balanced.listen()
    register(balanced, two[0])

    assert names(balanced, 1) == {"one": 1}


def test_ministack_still_sends_requests_to_unhealthy_targets(
    bare_default: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(bare_default)
    two[0].health = 500
    register(balanced, two[0])
    settle(balanced, healthy=1)

    assert names(balanced, 1) == {"one": 1}
    assert states(balanced) == {"healthy": 1}


def test_unhealthy_targets_are_skipped_until_they_are_healthy(
    gateway: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(gateway)
    balanced.elb.modify_target_group(
        TargetGroupArn=balanced.group, HealthCheckIntervalSeconds=5, HealthyThresholdCount=2
    )
    register(balanced, *two)
    settle(balanced, healthy=2)

    two[0].health = 500
    settle(balanced, healthy=1, unhealthy=1)
    assert names(balanced, 4) == {"two": 4}

    two[0].health = 200
    settle(balanced, healthy=2)
    assert names(balanced, 4) == {"one": 2, "two": 2}


def test_a_balancer_without_targets_returns_503(gateway: boto3.Session) -> None:
    response = Balanced(gateway).get()

    assert response.status_code == 503
    assert response.headers["Server"] == "awselb/2.0"
    assert "503 Service Temporarily Unavailable" in response.text


def test_without_a_listener_nothing_is_served(gateway: boto3.Session, two: list[Backend]) -> None:
    balanced = Balanced(gateway)
    register(balanced, two[0])
    settle(balanced, healthy=1)
    assert balanced.get().status_code == 200

    balanced.elb.delete_listener(ListenerArn=balanced.listener)

    assert balanced.get().status_code == 503
    assert "no listener on port 80" in balanced.get().text


def test_ministack_still_uses_the_listener_of_another_port(
    bare_default: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(bare_default)
    register(balanced, two[0])
    settle(balanced, healthy=1)

    assert visit(balanced.endpoint, f"{balanced.host}:9999").status_code == 200


@pytest.mark.parametrize(("port", "headers"), [(":9999", {}), ("", HTTPS)])
def test_a_port_without_a_listener_is_not_served(
    gateway: boto3.Session, two: list[Backend], port: str, headers: dict[str, str]
) -> None:
    balanced = Balanced(gateway)
    register(balanced, two[0])
    settle(balanced, healthy=1)

    assert visit(balanced.endpoint, balanced.host + port, **headers).status_code == 503


def test_the_port_of_the_gateway_is_the_default_port(
    gateway: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(gateway)
    register(balanced, two[0])
    settle(balanced, healthy=1)

    port = balanced.endpoint.rpartition(":")[2]
    assert visit(balanced.endpoint, f"{balanced.host}:{port}").status_code == 200


MISSING = ["missing-0.eu-north-1.elb.amazonaws.com", "d0missing.cloudfront.net"]


@pytest.mark.parametrize("host", MISSING)
def test_ministack_still_lists_buckets_for_hosts_that_do_not_exist(
    bare_endpoint: str, host: str
) -> None:
    response = visit(bare_endpoint, host)

    assert response.status_code == 200
    assert "ListAllMyBucketsResult" in response.text


@pytest.mark.parametrize(("host", "status"), [(MISSING[0], 404), (MISSING[1], 403)])
def test_hosts_that_do_not_exist_are_an_error(
    gateway_endpoint: str, host: str, status: int
) -> None:
    assert visit(gateway_endpoint, host).status_code == status


# Routes that MiniStack has on every host name.
TAKEN = ["/health", "/_ministack/ready", "/_ministack/config", "/v2/_catalog", "/iceberg/v1/config"]


@pytest.mark.parametrize("path", TAKEN)
def test_viewers_reach_only_the_application(
    gateway: boto3.Session, two: list[Backend], path: str
) -> None:
    balanced = Balanced(gateway)
    register(balanced, *two)
    settle(balanced, healthy=2)
    distributed = Distributed(gateway, balanced)

    for response in (visit(balanced.endpoint, balanced.host, path), distributed.get(path)):
        assert response.text.split()[1] == path


@pytest.mark.parametrize("path", ["/_ministack/reset", "/Execute", "/_ministack/config"])
def test_viewers_change_nothing(gateway: boto3.Session, two: list[Backend], path: str) -> None:
    balanced = Balanced(gateway)
    register(balanced, *two)
    settle(balanced, healthy=2)

    answer = requests.post(
        balanced.endpoint + path, json={}, headers={"Host": balanced.host}, timeout=30
    )

    assert answer.status_code == 501, "the target has no POST"
    assert gateway.client("elbv2").describe_load_balancers()["LoadBalancers"]


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


class Distributed:
    """A distribution in front of a load balancer."""

    def __init__(
        self, session: boto3.Session, balanced: Balanced, policy: str = CACHING_DISABLED
    ) -> None:
        self.client = session.client("cloudfront")
        self.endpoint = balanced.endpoint
        config: Any = {
            "CallerReference": balanced.host,
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "alb",
                        "DomainName": balanced.host,
                        "CustomOriginConfig": {
                            "HTTPPort": 80,
                            "HTTPSPort": 443,
                            "OriginProtocolPolicy": "http-only",
                        },
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "alb",
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": policy,
                "OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
            },
        }
        self.config = config
        created = self.client.create_distribution(DistributionConfig=config)
        self.id = created["Distribution"]["Id"]
        self.etag = created["ETag"]
        self.host = created["Distribution"]["DomainName"]

    def disable(self) -> None:
        self.config["Enabled"] = False
        updated = self.client.update_distribution(
            Id=self.id, IfMatch=self.etag, DistributionConfig=self.config
        )
        self.etag = updated["ETag"]

    def get(self, path: str = "/") -> requests.Response:
        return visit(self.endpoint, self.host, path, **HTTPS)


def test_cloudfront_routes_to_healthy_targets_in_round_robin(
    gateway: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(gateway)
    register(balanced, *two)
    settle(balanced, healthy=2)
    distributed = Distributed(gateway, balanced)

    responses = [distributed.get("/x?q=1") for _ in range(4)]

    assert Counter(response.text.split()[0] for response in responses) == {"one": 2, "two": 2}
    assert responses[0].text.endswith(f" /x?q=1 {distributed.host}")
    assert "cloudfront" in responses[0].headers["Via"]
    assert visit(distributed.endpoint, distributed.host).status_code == 301


def caches(session: boto3.Session, two: list[Backend], policy: str) -> list[str]:
    """Return X-Cache of four requests for one path, the last one after an invalidation."""
    balanced = Balanced(session)
    register(balanced, *two)
    settle(balanced, healthy=2)
    distributed = Distributed(session, balanced, policy)
    seen = [distributed.get("/x").headers["X-Cache"] for _ in range(3)]
    batch: Any = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "1"}
    distributed.client.create_invalidation(DistributionId=distributed.id, InvalidationBatch=batch)
    seen.append(distributed.get("/x").headers["X-Cache"])
    return [each.partition(" ")[0] for each in seen]


def test_ministack_still_has_no_cache(bare_default: boto3.Session, two: list[Backend]) -> None:
    assert caches(bare_default, two, CACHING_OPTIMIZED) == ["Miss"] * 4


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (CACHING_DISABLED, ["Miss", "Miss", "Miss", "Miss"]),
        (CACHING_OPTIMIZED, ["Miss", "Hit", "Hit", "Miss"]),
    ],
)
def test_cloudfront_caches_as_the_managed_policy_says(
    gateway: boto3.Session, two: list[Backend], policy: str, expected: list[str]
) -> None:
    assert caches(gateway, two, policy) == expected


def test_ministack_still_serves_disabled_distributions(
    bare_default: boto3.Session, two: list[Backend]
) -> None:
    balanced = Balanced(bare_default)
    register(balanced, two[0])
    settle(balanced, healthy=1)
    distributed = Distributed(bare_default, balanced)

    distributed.disable()

    assert distributed.get().status_code == 200


def test_a_disabled_distribution_is_not_served(gateway: boto3.Session, two: list[Backend]) -> None:
    balanced = Balanced(gateway)
    register(balanced, two[0])
    settle(balanced, healthy=1)
    distributed = Distributed(gateway, balanced)
    assert distributed.get().status_code == 200

    distributed.disable()

    refused = distributed.get()
    assert refused.status_code == 403
    assert refused.headers["X-Cache"] == "Error from cloudfront"


def test_a_deleted_distribution_has_neither_traffic_nor_tags(gateway: boto3.Session) -> None:
    distributed = Distributed(gateway, Balanced(gateway))
    arn = f"arn:aws:cloudfront::{{}}:distribution/{distributed.id}"
    account = gateway.client("sts").get_caller_identity()["Account"]
    tags: Any = {"Items": [{"Key": "k", "Value": "v"}]}
    distributed.client.tag_resource(Resource=arn.format(account), Tags=tags)
    assert tagged(gateway) == [arn.format(account)]

    distributed.disable()
    distributed.client.delete_distribution(Id=distributed.id, IfMatch=distributed.etag)

    assert tagged(gateway) == []
    assert distributed.get().status_code == 403


def tagged(session: boto3.Session) -> list[str]:
    found = session.client("resourcegroupstaggingapi").get_resources()
    return [each["ResourceARN"] for each in found["ResourceTagMappingList"]]


def test_ministack_still_lists_tags_of_deleted_distributions(
    bare: boto3.Session, account: str
) -> None:
    distributed = Distributed(bare, Balanced(bare))
    arn = f"arn:aws:cloudfront::{account}:distribution/{distributed.id}"
    tags: Any = {"Items": [{"Key": "k", "Value": "v"}]}
    distributed.client.tag_resource(Resource=arn, Tags=tags)

    distributed.disable()
    distributed.client.delete_distribution(Id=distributed.id, IfMatch=distributed.etag)

    assert tagged(bare) == [arn]
