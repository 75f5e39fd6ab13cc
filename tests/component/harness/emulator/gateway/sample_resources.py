"""AWS resources of tests, created through a session of MiniStack or of the gateway."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import boto3
import requests

_numbers = count(1)


def subnets(session: boto3.Session, zones: str = "abc") -> list[str]:
    """Create a VPC with an internet gateway and one subnet per zone letter; return their ids."""
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    created = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-north-1{letter}"
        )
        for number, letter in enumerate(zones)
    ]
    return [each["Subnet"]["SubnetId"] for each in created]


class Balanced:
    """A load balancer with a target group, and optionally a listener."""

    def __init__(
        self,
        session: boto3.Session,
        *,
        listener: bool = True,
        subnets: Sequence[str] = ("subnet-0",),
    ) -> None:
        self.elb = session.client("elbv2")
        self.endpoint = self.elb.meta.endpoint_url
        self.name = f"n{next(_numbers)}"
        (balancer,) = self.elb.create_load_balancer(Name=self.name, Subnets=subnets)[
            "LoadBalancers"
        ]
        self.arn = balancer["LoadBalancerArn"]
        self.host = balancer["DNSName"]
        (group,) = self.elb.create_target_group(
            Name=self.name, Protocol="HTTP", Port=80, TargetType="ip", HealthCheckPath="/healthz"
        )["TargetGroups"]
        self.group = group["TargetGroupArn"]
        self.listener = self.listen() if listener else ""

    def listen(self) -> str:
        (listener,) = self.elb.create_listener(
            LoadBalancerArn=self.arn,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )["Listeners"]
        return listener["ListenerArn"]

    def get(self, path: str = "/", **headers: str) -> requests.Response:
        return visit(self.endpoint, self.host, path, **headers)

    def health(self) -> list[dict[str, Any]]:
        described = self.elb.describe_target_health(TargetGroupArn=self.group)
        return list(described["TargetHealthDescriptions"])  # type: ignore[arg-type]

    def users(self) -> list[str]:
        (group,) = self.elb.describe_target_groups(TargetGroupArns=[self.group])["TargetGroups"]
        return group["LoadBalancerArns"]


def visit(endpoint: str, host: str, path: str = "/", **headers: str) -> requests.Response:
    """Send a request of a viewer to the emulator."""
    return requests.get(
        endpoint + path, headers={"Host": host, **headers}, timeout=30, allow_redirects=False
    )


def service(session: boto3.Session, **settings: Any) -> Any:
    """Create an ECS cluster "c" with a service "s"; return the service."""
    ecs = session.client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="f", networkMode="awsvpc", containerDefinitions=[{"name": "x", "image": "none"}]
    )
    parameters = {"desiredCount": 2, **settings}
    return ecs.create_service(cluster="c", serviceName="s", taskDefinition="f", **parameters)[
        "service"
    ]


def tasks(session: boto3.Session) -> list[Any]:
    ecs = session.client("ecs")
    arns = ecs.list_tasks(cluster="c")["taskArns"]
    return list(ecs.describe_tasks(cluster="c", tasks=arns, include=["TAGS"])["tasks"])
