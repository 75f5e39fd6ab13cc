"""A service on a cloud that takes its time: what a harness sees that does not wait."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.core.wait import wait_until
from harness.emulator.cloud import embedded_cloud
from harness.targets.embedded import EmbeddedTarget

REGION = "eu-north-1"
API = "catalog-harness/product-catalog-api:latest"
STATES = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")
TAGS = [{"key": "k", "value": "v"}]
DEADLINE = 60.0
SERVER = """
import os
from http.server import HTTPServer, SimpleHTTPRequestHandler
address = os.environ["HOST"], int(os.environ["PORT"])
HTTPServer(address, SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with embedded_cloud(region=REGION, aws_delays=True) as cloud:
        yield EmbeddedTarget(region=REGION, attachment={"cloud": cloud.directory})


@dataclass(frozen=True)
class Balanced:
    """A load balancer and its target group."""

    arn: str
    host: str
    group: str


@pytest.fixture(scope="module")
def balanced(target: EmbeddedTarget) -> Balanced:
    elb: Any = target.session().client("elbv2")
    (made,) = elb.create_load_balancer(Name="lb", Subnets=["subnet-0"])["LoadBalancers"]
    given = {"Protocol": "HTTP", "Port": 8080, "TargetType": "ip", "VpcId": "vpc-0"}
    (group,) = elb.create_target_group(Name="tg", HealthCheckPath="/", **given)["TargetGroups"]
    forward = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    listener = {"LoadBalancerArn": made["LoadBalancerArn"], "Protocol": "HTTP", "Port": 80}
    elb.create_listener(DefaultActions=[forward], **listener)
    return Balanced(made["LoadBalancerArn"], made["DNSName"], group["TargetGroupArn"])


@dataclass(frozen=True)
class Observation:
    """A task of a new service, its target, and what the load balancer answers, at one time."""

    status: str
    tags: list[dict[str, str]]
    health: str
    answer: int


@pytest.fixture(scope="module")
def observed(target: EmbeddedTarget, balanced: Balanced) -> list[Observation]:
    """The observations that differ from the one before, until nothing is late any more."""
    ecs: Any = target.session().client("ecs")
    ecs.create_cluster(clusterName="c")
    container = {"name": "api", "image": API, "command": ["python", "-c", SERVER]}
    ecs.register_task_definition(family="f", containerDefinitions=[container], networkMode="awsvpc")
    behind = {"targetGroupArn": balanced.group, "containerName": "api", "containerPort": 8080}
    given = {"cluster": "c", "serviceName": "s", "taskDefinition": "f", "desiredCount": 1}
    ecs.create_service(**given, propagateTags="SERVICE", tags=TAGS, loadBalancers=[behind])
    (arn,) = ecs.list_tasks(cluster="c", serviceName="s")["taskArns"]
    found: list[Observation] = []
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and found[-1:] != [LATEST]:
        observation = observe(target, arn, balanced)
        if [observation] != found[-1:]:
            found.append(observation)
    return found


def observe(target: EmbeddedTarget, arn: str, balanced: Balanced) -> Observation:
    ecs: Any = target.session().client("ecs")
    elb: Any = target.session().client("elbv2")
    (task,) = ecs.describe_tasks(cluster="c", tasks=[arn], include=["TAGS"])["tasks"]
    described = elb.describe_target_health(TargetGroupArn=balanced.group)
    health = [each["TargetHealth"]["State"] for each in described["TargetHealthDescriptions"]]
    answer = target.http().get(f"http://{balanced.host}/", timeout=30).status_code
    return Observation(task["lastStatus"], task.get("tags", []), "".join(health), answer)


LATEST = Observation("RUNNING", TAGS, "healthy", 200)


def test_a_task_passes_through_the_states_of_its_lifecycle(observed: list[Observation]) -> None:
    seen = list(dict.fromkeys(each.status for each in observed))

    # On a busy machine a state may pass between two observations.
    assert seen == [state for state in STATES if state in seen]
    assert len(seen) > 1
    assert seen[-1] == "RUNNING"


def test_the_tags_of_a_task_are_found_after_a_wait(observed: list[Observation]) -> None:
    assert observed[0].tags == []
    assert observed[-1].tags == TAGS


def test_a_task_that_runs_gets_no_request_before_its_target_is_healthy(
    observed: list[Observation],
) -> None:
    early = [each for each in observed if each.status == "RUNNING" and each.health == "initial"]

    assert early
    assert 503 in {each.answer for each in early}
    assert observed[-1] == LATEST


def test_a_subnet_is_deleted_after_the_interfaces_of_a_load_balancer(
    target: EmbeddedTarget, balanced: Balanced, observed: list[Observation]
) -> None:
    assert observed
    ec2: Any = target.session().client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    elb: Any = target.session().client("elbv2")
    elb.delete_load_balancer(LoadBalancerArn=balanced.arn)

    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnet)

    wait_until(
        lambda: ec2.delete_subnet(SubnetId=subnet),
        what="the end of the subnet",
        ready=bool,
        timeout=DEADLINE,
        retry_on=(ClientError,),
    )
