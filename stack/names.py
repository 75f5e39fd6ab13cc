"""The physical name of every resource, derived from the environment suffix alone."""

from typing import ClassVar

STACK_ID = "catalog"

# The tightest limit is that of load balancers and target groups: 32 characters
# (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html).
LONGEST_SUFFIX = 32 - len("catalog-alb-")


class PhysicalNames:
    """The physical names of the resources; two suffixes never share a name.

    Attributes:
        environment_suffix: Unique part of the names, at most ``LONGEST_SUFFIX`` characters, so
            that each name is within the limit of its AWS service.
        alarm_prefix: Common prefix of the names of all alarms.
        region: AWS region; part of the bucket's name, which is unique world-wide.
    """

    environment_suffix: str
    region: str
    alarm_prefix: ClassVar[str] = "catalog-"

    @property
    def vpc_name(self) -> str:
        """Name tag of the VPC; prefix of the name tags of its subnets and gateways."""
        return f"catalog-{self.environment_suffix}"

    @property
    def alb_security_group_name(self) -> str:
        """Security group of the load balancer."""
        return f"catalog-alb-{self.environment_suffix}"

    @property
    def service_security_group_name(self) -> str:
        """Security group of the tasks."""
        return f"catalog-service-{self.environment_suffix}"

    @property
    def database_security_group_name(self) -> str:
        """Security group of the database."""
        return f"catalog-database-{self.environment_suffix}"

    @property
    def log_bucket_name(self) -> str:
        """Bucket for the load balancer's access logs (at most 63 characters)."""
        return f"catalog-logs-{self.environment_suffix}-{self.region}"

    @property
    def log_group_name(self) -> str:
        """CloudWatch log group of the tasks."""
        return f"/ecs/catalog-{self.environment_suffix}"

    @property
    def secret_name(self) -> str:
        """Secret with the database credentials.

        The suffix is not at the end: Secrets Manager advises against names that end in a
        hyphen and six characters, the format of the suffix of a secret's ARN
        (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html).
        """
        return f"catalog/{self.environment_suffix}/database"

    @property
    def aurora_cluster_identifier(self) -> str:
        """Aurora cluster (at most 63 characters)."""
        return f"catalog-{self.environment_suffix}"

    def aurora_instance_identifier(self, role: str) -> str:
        """Return the identifier of the cluster's instance with that role (at most 63)."""
        return f"catalog-{self.environment_suffix}-{role}"

    @property
    def database_subnet_group_name(self) -> str:
        """Subnet group of the Aurora cluster."""
        return f"catalog-{self.environment_suffix}"

    @property
    def database_parameter_group_name(self) -> str:
        """Cluster parameter group of the Aurora cluster."""
        return f"catalog-{self.environment_suffix}"

    @property
    def alb_name(self) -> str:
        """Application Load Balancer (at most 32 characters)."""
        return f"catalog-alb-{self.environment_suffix}"

    @property
    def target_group_name(self) -> str:
        """Target group of the service (at most 32 characters)."""
        return f"catalog-tg-{self.environment_suffix}"

    @property
    def ecs_cluster_name(self) -> str:
        """ECS cluster."""
        return f"catalog-{self.environment_suffix}"

    @property
    def ecs_service_name(self) -> str:
        """ECS service."""
        return f"catalog-api-{self.environment_suffix}"

    @property
    def task_family(self) -> str:
        """Family of the task definition."""
        return f"catalog-api-{self.environment_suffix}"

    @property
    def execution_role_name(self) -> str:
        """Execution role of the tasks (at most 64 characters)."""
        return f"catalog-execution-{self.environment_suffix}"

    @property
    def task_role_name(self) -> str:
        """Task role (at most 64 characters)."""
        return f"catalog-task-{self.environment_suffix}"

    @property
    def origin_id(self) -> str:
        """CloudFront origin of the load balancer."""
        return f"alb-origin-{self.environment_suffix}"

    @property
    def cpu_scaling_policy_name(self) -> str:
        """Scaling policy on the CPU utilization of the service."""
        return f"catalog-cpu-{self.environment_suffix}"

    @property
    def request_scaling_policy_name(self) -> str:
        """Scaling policy on the request count per target."""
        return f"catalog-requests-{self.environment_suffix}"

    @property
    def dashboard_name(self) -> str:
        """CloudWatch dashboard."""
        return f"catalog-{self.environment_suffix}"

    def alarm_name(self, kind: str) -> str:
        """Return the name of the CloudWatch alarm for ``kind``."""
        return f"{self.alarm_prefix}{kind}-{self.environment_suffix}"

    @property
    def state_key(self) -> str:
        """Object key of the Terraform state; every deployment has its own."""
        return f"{self.environment_suffix}/{STACK_ID}.tfstate"
