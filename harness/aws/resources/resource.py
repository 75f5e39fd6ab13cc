"""A resource in the target, as the sweep sees it: what it is, what it is tagged with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.aws.capability import Capability
from harness.aws.tags import EXPIRES_AT, PROJECT_TAGS, SUFFIX_TAG, parse_time


class Kind(StrEnum):
    """What the sweep can remove, in the order of removal: nothing before what needs it.

    A value is botocore's name of the service and what the service calls the thing.
    """

    SCALABLE_TARGET = "application-autoscaling scalable target"
    ECS_SERVICE = "ecs service"
    ECS_TASK = "ecs task"
    TASK_DEFINITION = "ecs task definition"
    ECS_CLUSTER = "ecs cluster"
    LOAD_BALANCER = "elbv2 load balancer"
    TARGET_GROUP = "elbv2 target group"
    DB_INSTANCE = "rds instance"
    DB_CLUSTER = "rds cluster"
    DB_SUBNET_GROUP = "rds subnet group"
    DB_CLUSTER_PARAMETERS = "rds cluster parameter group"
    DB_PARAMETERS = "rds parameter group"
    DB_CLUSTER_SNAPSHOT = "rds cluster snapshot"
    DB_SNAPSHOT = "rds snapshot"
    SECRET = "secretsmanager secret"  # noqa: S105 -- the name of a kind
    ALARM = "cloudwatch alarm"
    DASHBOARD = "cloudwatch dashboard"
    LOG_GROUP = "logs log group"
    ROLE = "iam role"
    POLICY = "iam policy"
    BUCKET = "s3 bucket"
    NAT_GATEWAY = "ec2 NAT gateway"
    ELASTIC_IP = "ec2 Elastic IP"
    VPC_ENDPOINT = "ec2 VPC endpoint"
    NETWORK_INTERFACE = "ec2 network interface"
    ROUTE_TABLE = "ec2 route table"
    SUBNET = "ec2 subnet"
    INTERNET_GATEWAY = "ec2 internet gateway"
    SECURITY_GROUP = "ec2 security group"
    VPC = "ec2 VPC"
    REPOSITORY = "ecr repository"
    # Disabled before all else, deleted last: CloudFront takes minutes from one to the other.
    DISTRIBUTION = "cloudfront distribution"

    @property
    def service(self) -> Capability:
        """Service that it belongs to."""
        return Capability(self.value.partition(" ")[0])


@dataclass(frozen=True)
class Resource:
    """Something that exists in the target.

    Attributes:
        kind: What it is.
        identifier: What the teardown proof finds it by: id, name or ARN.
        name: What it is called, where that is not the identifier.
        tags: Its tags; empty where AWS gives the kind none.
        within: Identifier of what it is a part of, such as the VPC of a network interface.
    """

    kind: Kind
    identifier: str
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    within: str = ""

    def __str__(self) -> str:
        named = f" ({self.name})" if self.name and self.name not in self.identifier else ""
        return f"{self.kind} {self.identifier}{named}"

    @property
    def is_ours(self) -> bool:
        """Whether it carries this project's tags, and those of a run."""
        return bool(self.suffix) and PROJECT_TAGS.items() <= self.tags.items()

    @property
    def suffix(self) -> str:
        """Environment suffix that its tags name; empty without that tag."""
        return self.tags.get(SUFFIX_TAG, "")

    @property
    def expires_at(self) -> datetime | None:
        """When its run may be swept, by its tag; None without one that can be read."""
        return parse_time(self.tags.get(EXPIRES_AT, ""))
