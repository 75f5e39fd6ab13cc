"""The fields of the configuration: what varies between deployments of the stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .names import PhysicalNames
from .tiers import ALL_TIERS


@dataclass(frozen=True, kw_only=True)
class StackFields(PhysicalNames):
    """The fields, without any checking; see ``StackConfig``.

    Attributes:
        environment_suffix: Short unique name of this deployment, in every physical name:
            lowercase letters, digits and single hyphens.
        tiers: The tiers to deploy, including all that they depend on.
        tags: Default tags in addition to those of the stack.
        vpc_cidr: IPv4 network of the VPC, /16 to /24.
        availability_zone_count: Zones with a public and a private subnet each, 2 or 3.
        nat_gateway_count: NAT gateways, at most one a zone.
        ingress_cidrs: Networks allowed to reach the load balancer on port 80.
        task_cpu: CPU units of a task (1024 are one vCPU).
        task_memory: Memory of a task in MiB; Fargate has fixed pairs with ``task_cpu``.
        desired_count: Initial number of tasks of the service.
        min_capacity: Minimum number of tasks for auto scaling.
        max_capacity: Maximum number of tasks for auto scaling.
        cpu_target_percent: Target value of auto scaling for the CPU utilization, in percent.
        request_count_target: Target value of auto scaling for requests per task and minute.
        wait_for_steady_state: Whether Terraform waits until the service is stable.
        service_timeout_seconds: Timeout of Terraform for the service, in seconds.
        aurora_preferred_minor: Version used if the target offers it, as ``major.minor``.
        aurora_engine_version: Exact version; None: Terraform queries the target when planning.
        aurora_min_capacity: Minimum size of a database instance, in Aurora capacity units.
        aurora_max_capacity: Maximum size of a database instance, in Aurora capacity units.
        database_name: Initial database of the cluster.
        master_username: Owner of the database.
        password_version: Increment to generate and store a new password.
        secret_recovery_window_days: Recovery window of a deleted secret in days; 0: none.
        log_retention_days: Retention of the tasks' logs in CloudWatch Logs, in days.
        log_bucket_expiration_days: Expiration of the access logs in the bucket, in days.
        cloudfront_wait_for_deployment: Whether Terraform waits until the distribution is
            deployed to every edge location.
        state_path: File of a local Terraform state; None: next to the synthesized JSON.
        state_bucket: S3 bucket for the Terraform state; None: a local state.
        state_bucket_region: Region of that bucket; None for ``region``.
        state_lock: Whether the S3 backend locks with a lock file (Terraform 1.10 or newer).
    """

    environment_suffix: str
    region: str = "eu-north-1"
    tiers: frozenset[str] = ALL_TIERS
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    vpc_cidr: str = "10.0.0.0/16"
    availability_zone_count: int = 3
    nat_gateway_count: int = 1
    ingress_cidrs: tuple[str, ...] = ("0.0.0.0/0",)

    image: str = "catalog-api:latest"
    container_port: int = 8080
    log_level: str = "INFO"
    task_cpu: int = 256
    task_memory: int = 512
    desired_count: int = 2
    min_capacity: int = 2
    max_capacity: int = 10
    cpu_target_percent: int = 60
    request_count_target: int = 1000
    wait_for_steady_state: bool = True
    service_timeout_seconds: int = 900

    aurora_engine_major: int = 16
    aurora_preferred_minor: str = "16.8"
    aurora_engine_version: str | None = None
    aurora_min_capacity: float = 0.5
    aurora_max_capacity: float = 2.0
    aurora_reader_count: int = 0
    database_name: str = "catalog"
    master_username: str = "catalogadmin"
    password_version: int = 1
    secret_recovery_window_days: int = 0

    log_retention_days: int = 7
    log_bucket_expiration_days: int = 30
    cloudfront_wait_for_deployment: bool = True

    state_path: str | None = None
    state_bucket: str | None = None
    state_bucket_region: str | None = None
    state_lock: bool = False
