"""The physical name of every resource, derived from the environment suffix alone."""

from typing import ClassVar

STACK_ID = "catalog"

# The tightest limit is that of load balancers and target groups: 32 characters
# (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html).
LONGEST_SUFFIX = 32 - len("catalog-alb-")


class PhysicalName:
    """One physical name: a template of ``suffix`` and ``region``, filled in on access."""

    def __init__(self, template: str) -> None:
        self._template = template

    def __get__(self, names: "PhysicalNames", _: type) -> str:
        return self._template.format(suffix=names.environment_suffix, region=names.region)


class PhysicalNames:
    """The physical names of the resources; two suffixes never share a name.

    Attributes:
        environment_suffix: Unique part of the names, at most ``LONGEST_SUFFIX`` characters, so
            that each name is within the limit of its AWS service.
        region: AWS region; part of the bucket's name.
    """

    environment_suffix: str
    region: str
    alarm_prefix: ClassVar[str] = "catalog-"

    vpc_name = PhysicalName("catalog-{suffix}")
    """Name tag of the VPC; prefix of the name tags of its subnets and gateways."""
    alb_security_group_name = PhysicalName("catalog-alb-{suffix}")
    service_security_group_name = PhysicalName("catalog-service-{suffix}")
    database_security_group_name = PhysicalName("catalog-database-{suffix}")
    log_bucket_name = PhysicalName("catalog-logs-{suffix}-{region}")
    """Bucket for the load balancer's access logs (at most 63 characters), without the account id at
    the end: the names of buckets are unique worldwide."""
    log_group_name = PhysicalName("/ecs/catalog-{suffix}")
    secret_name = PhysicalName("catalog/{suffix}/database")
    """Secret with the database credentials.

    The suffix is not at the end: Secrets Manager advises against names that end in a hyphen and
    six characters, the format of the suffix of a secret's ARN
    (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html).
    """
    aurora_cluster_identifier = PhysicalName("catalog-{suffix}")
    """Aurora cluster (at most 63 characters)."""
    database_subnet_group_name = PhysicalName("catalog-{suffix}")
    database_parameter_group_name = PhysicalName("catalog-{suffix}")
    alb_name = PhysicalName("catalog-alb-{suffix}")
    """Application Load Balancer (at most 32 characters)."""
    target_group_name = PhysicalName("catalog-tg-{suffix}")
    """Target group of the service (at most 32 characters)."""
    ecs_cluster_name = PhysicalName("catalog-{suffix}")
    ecs_service_name = PhysicalName("catalog-api-{suffix}")
    task_family = PhysicalName("catalog-api-{suffix}")
    execution_role_name = PhysicalName("catalog-execution-{suffix}")
    """Execution role of the tasks (at most 64 characters)."""
    task_role_name = PhysicalName("catalog-task-{suffix}")
    """Task role (at most 64 characters)."""
    origin_id = PhysicalName("alb-origin-{suffix}")
    cpu_scaling_policy_name = PhysicalName("catalog-cpu-{suffix}")
    request_scaling_policy_name = PhysicalName("catalog-requests-{suffix}")
    dashboard_name = PhysicalName("catalog-{suffix}")
    state_key = PhysicalName(f"{{suffix}}/{STACK_ID}.tfstate")
    """Object key of the Terraform state; every deployment has its own."""

    def aurora_instance_identifier(self, role: str) -> str:
        """Return the identifier of the cluster's instance with that role (at most 63)."""
        return f"{self.aurora_cluster_identifier}-{role}"

    def alarm_name(self, kind: str) -> str:
        """Return the name of the CloudWatch alarm for ``kind``."""
        return f"{self.alarm_prefix}{kind}-{self.environment_suffix}"
