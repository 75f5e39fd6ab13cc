"""What the checks compare a deployed stack with, independent of how the stack is defined."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol


class Tier(StrEnum):
    """The parts of the stack that a check may need; a run may leave some of them out."""

    NETWORK = "network"
    STORAGE = "storage"
    SECRET = "secret"  # noqa: S105 -- the name of a tier
    ROLES = "roles"
    DATABASE = "database"
    LOAD_BALANCER = "load_balancer"
    SERVICE = "service"
    EDGE = "edge"
    SCALING = "scaling"
    MONITORING = "monitoring"


@dataclass(frozen=True, kw_only=True)
class ExpectedStack:
    """Names and settings of the stack as configured.

    Attributes:
        environment_suffix: The run's suffix, at the end of every alarm name.
        region: AWS region.
        tiers: Tiers that are deployed.
        tags: Default tags of this configuration, besides those that every run has.
        vpc_name: Name tag of the VPC; a NAT gateway's is this name, a hyphen and its index.
        vpc_cidr: IPv4 network of the VPC.
        availability_zone_count: Zones with a public and a private subnet each.
        nat_gateway_count: Number of NAT gateways.
        alb_security_group_name: Security group of the load balancer.
        service_security_group_name: Security group of the tasks.
        database_security_group_name: Security group of the database.
        ingress_cidrs: Networks that may reach the load balancer on port 80.
        log_bucket_name: Bucket for the load balancer's access logs.
        log_bucket_expiration_days: Days after which the bucket deletes access logs.
        log_group_name: CloudWatch log group of the tasks.
        log_retention_days: Days that the log group retains events.
        secret_name: Secret with the database credentials.
        execution_role_name: Role with which ECS starts the tasks.
        task_role_name: Role of the tasks themselves.
        aurora_cluster_identifier: Aurora cluster.
        aurora_engine_major: Major version of Aurora PostgreSQL.
        aurora_min_capacity: Minimum size of an instance, in Aurora capacity units.
        aurora_max_capacity: Maximum size of an instance, in Aurora capacity units.
        aurora_reader_count: Readers besides the writer.
        database_name: Database that the cluster is created with.
        database_parameter_group_name: Cluster parameter group.
        database_subnet_group_name: Subnet group of the cluster.
        master_username: Owner of the database.
        alb_name: Application Load Balancer.
        target_group_name: Target group of the service.
        origin_id: CloudFront origin that is the load balancer.
        ecs_cluster_name: ECS cluster.
        ecs_service_name: ECS service.
        image: Container image of the API.
        container_port: Port on which the API listens.
        task_cpu: CPU units of a task (1024 are one vCPU).
        task_memory: Memory of a task in MiB.
        desired_count: Tasks that the service starts with.
        min_capacity: Minimum number of tasks for auto scaling.
        max_capacity: Maximum number of tasks for auto scaling.
        cpu_scaling_policy_name: Scaling policy on the CPU utilization of the service.
        cpu_target_percent: Its target, in percent.
        request_scaling_policy_name: Scaling policy on the requests per target.
        request_count_target: Its target, in requests per task and minute.
        dashboard_name: CloudWatch dashboard.
    """

    environment_suffix: str
    region: str
    tiers: frozenset[str]
    tags: Mapping[str, str]

    vpc_name: str
    vpc_cidr: str
    availability_zone_count: int
    nat_gateway_count: int
    alb_security_group_name: str
    service_security_group_name: str
    database_security_group_name: str
    ingress_cidrs: tuple[str, ...]

    log_bucket_name: str
    log_bucket_expiration_days: int
    log_group_name: str
    log_retention_days: int

    secret_name: str
    execution_role_name: str
    task_role_name: str

    aurora_cluster_identifier: str
    aurora_engine_major: int
    aurora_min_capacity: float
    aurora_max_capacity: float
    aurora_reader_count: int
    database_name: str
    database_parameter_group_name: str
    database_subnet_group_name: str
    master_username: str

    alb_name: str
    target_group_name: str
    origin_id: str

    ecs_cluster_name: str
    ecs_service_name: str
    image: str
    container_port: int
    task_cpu: int
    task_memory: int
    desired_count: int

    min_capacity: int
    max_capacity: int
    cpu_scaling_policy_name: str
    cpu_target_percent: int
    request_scaling_policy_name: str
    request_count_target: int

    dashboard_name: str

    @classmethod
    def of(cls, configuration: object) -> "ExpectedStack":
        """Build from the attributes of the same names of a stack's configuration.

        Raises:
            AttributeError: The configuration lacks one of them.
        """
        return cls(**{each.name: getattr(configuration, each.name) for each in fields(cls)})

    def alarm_name(self, kind: str) -> str:
        """Return the name of the CloudWatch alarm of a kind, such as ``alb-5xx``."""
        return f"{self.alarm_prefix}{kind}-{self.environment_suffix}"

    @property
    def alarm_prefix(self) -> str:
        """Common prefix of the names of all alarms, of every suffix."""
        return "catalog-"

    @property
    def scaling_resource_id(self) -> str:
        """Id of the service in Application Auto Scaling."""
        return f"service/{self.ecs_cluster_name}/{self.ecs_service_name}"


class StackOutputs(Protocol):
    """The Terraform outputs that checks read; None or empty where the tier is not deployed."""

    @property
    def vpc_id(self) -> str | None:
        """The VPC."""

    @property
    def public_subnet_ids(self) -> tuple[str, ...]:
        """The public subnets, one per zone."""

    @property
    def private_subnet_ids(self) -> tuple[str, ...]:
        """The private subnets, one per zone."""

    @property
    def alb_security_group_id(self) -> str | None:
        """Security group of the load balancer."""

    @property
    def service_security_group_id(self) -> str | None:
        """Security group of the tasks."""

    @property
    def database_security_group_id(self) -> str | None:
        """Security group of the database."""

    @property
    def aurora_cluster_arn(self) -> str | None:
        """ARN of the Aurora cluster."""

    @property
    def secret_arn(self) -> str | None:
        """ARN of the secret with the database credentials."""

    @property
    def distribution_id(self) -> str | None:
        """Id of the CloudFront distribution."""
