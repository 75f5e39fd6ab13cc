"""The names of a deployed stack, and settings that more than one check needs."""

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
    """Names and settings by which checks find resources; see ``Descriptions`` for the others."""

    environment_suffix: str
    tiers: frozenset[str]  # those that are deployed
    tags: Mapping[str, str]  # besides the default tags that every run has

    # network
    vpc_cidr: str
    availability_zone_count: int

    # storage, secret, roles
    log_bucket_name: str
    log_group_name: str
    secret_name: str
    execution_role_name: str  # with which ECS starts the tasks
    task_role_name: str  # of the tasks themselves

    # database
    aurora_cluster_identifier: str
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
    desired_count: int

    # scaling: number of tasks
    min_capacity: int
    max_capacity: int

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

    @property
    def scaling_resource_id(self) -> str:
        """Id of the service in Application Auto Scaling."""
        return f"service/{self.ecs_cluster_name}/{self.ecs_service_name}"
