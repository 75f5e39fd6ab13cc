"""What the checks compare a deployed stack with, independent of how the stack is defined."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


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
    """Names and settings of the stack as configured, by the names of the configuration."""

    environment_suffix: str
    region: str
    tiers: frozenset[str]  # those that are deployed
    tags: Mapping[str, str]  # besides the default tags that every run has

    # network; the name tag of a NAT gateway is the VPC's, a hyphen and the gateway's index
    vpc_name: str
    vpc_cidr: str
    availability_zone_count: int
    nat_gateway_count: int
    alb_security_group_name: str
    service_security_group_name: str
    database_security_group_name: str
    ingress_cidrs: tuple[str, ...]  # may reach the load balancer on port 80

    # storage, secret, roles; periods in days
    log_bucket_name: str
    log_bucket_expiration_days: int
    log_group_name: str
    log_retention_days: int
    secret_name: str
    execution_role_name: str  # with which ECS starts the tasks
    task_role_name: str  # of the tasks themselves

    # database; capacities in Aurora capacity units per instance
    aurora_cluster_identifier: str
    aurora_engine_major: int
    aurora_min_capacity: float
    aurora_max_capacity: float
    aurora_reader_count: int  # besides the writer
    database_name: str
    database_parameter_group_name: str
    database_subnet_group_name: str
    master_username: str

    # load balancer, edge
    alb_name: str
    target_group_name: str
    origin_id: str  # of the load balancer in CloudFront

    # service
    ecs_cluster_name: str
    ecs_service_name: str
    task_family: str
    image: str
    container_port: int
    task_cpu: int  # CPU units, 1024 are one vCPU
    task_memory: int  # MiB
    desired_count: int

    # scaling: number of tasks, and the targets of the policies
    min_capacity: int
    max_capacity: int
    cpu_scaling_policy_name: str
    cpu_target_percent: int
    request_scaling_policy_name: str
    request_count_target: int  # requests per task and minute

    # monitoring
    dashboard_name: str
    alarm_prefix: str  # of the names of all alarms, of every suffix

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
    def scaling_resource_id(self) -> str:
        """Id of the service in Application Auto Scaling."""
        return f"service/{self.ecs_cluster_name}/{self.ecs_service_name}"
