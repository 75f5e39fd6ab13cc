"""The AWS clients of one target, created once per service and shared by all threads."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import boto3

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_rds import RDSClient
    from mypy_boto3_rds_data import RDSDataServiceClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient


class Clients:
    """Typed clients of one session, each created on first use.

    Clients may be shared between threads, sessions may not, so the creation is serialised:
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients

    Args:
        session: Session of the target.
    """

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._lock = threading.Lock()

    @cached_property
    def application_autoscaling(self) -> "ApplicationAutoScalingClient":
        """Application Auto Scaling."""
        with self._lock:
            return self._session.client("application-autoscaling")

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        """CloudFront."""
        with self._lock:
            return self._session.client("cloudfront")

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """CloudWatch."""
        with self._lock:
            return self._session.client("cloudwatch")

    @cached_property
    def ec2(self) -> "EC2Client":
        """EC2."""
        with self._lock:
            return self._session.client("ec2")

    @cached_property
    def ecr(self) -> Any:
        """ECR."""
        with self._lock:
            return cast(Any, self._session).client("ecr")

    @cached_property
    def ecs(self) -> "ECSClient":
        """ECS."""
        with self._lock:
            return self._session.client("ecs")

    @cached_property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        """Elastic Load Balancing v2."""
        with self._lock:
            return self._session.client("elbv2")

    @cached_property
    def iam(self) -> "IAMClient":
        """IAM."""
        with self._lock:
            return self._session.client("iam")

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        with self._lock:
            return self._session.client("logs")

    @cached_property
    def rds(self) -> "RDSClient":
        """RDS, Aurora's control plane."""
        with self._lock:
            return self._session.client("rds")

    @cached_property
    def rds_data(self) -> "RDSDataServiceClient":
        """RDS Data API."""
        with self._lock:
            return self._session.client("rds-data")

    @cached_property
    def s3(self) -> "S3Client":
        """S3."""
        with self._lock:
            return self._session.client("s3")

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        """Secrets Manager."""
        with self._lock:
            return self._session.client("secretsmanager")
