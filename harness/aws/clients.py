"""The AWS clients of one target, created once per service and shared by all threads."""

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import boto3
from botocore.config import Config

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

T = TypeVar("T")


class _Client(Generic[T]):
    """Attribute of ``Clients``: the client of one service, created on first use."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __get__(self, clients: "Clients", _: object = None) -> T:
        client: T = clients.of(self._service)
        return client


class Clients:
    """Typed clients of one session.

    Clients may be shared between threads, sessions may not, so the creation is serialised:
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients
    """

    application_autoscaling: _Client["ApplicationAutoScalingClient"] = _Client(
        "application-autoscaling"
    )
    cloudfront: _Client["CloudFrontClient"] = _Client("cloudfront")
    cloudwatch: _Client["CloudWatchClient"] = _Client("cloudwatch")
    ec2: _Client["EC2Client"] = _Client("ec2")
    ecr: _Client[Any] = _Client("ecr")
    ecs: _Client["ECSClient"] = _Client("ecs")
    elbv2: _Client["ElasticLoadBalancingv2Client"] = _Client("elbv2")
    iam: _Client["IAMClient"] = _Client("iam")
    kms: _Client[Any] = _Client("kms")
    logs: _Client["CloudWatchLogsClient"] = _Client("logs")
    rds: _Client["RDSClient"] = _Client("rds")
    rds_data: _Client["RDSDataServiceClient"] = _Client("rds-data")
    s3: _Client["S3Client"] = _Client("s3")
    secretsmanager: _Client["SecretsManagerClient"] = _Client("secretsmanager")
    sns: _Client[Any] = _Client("sns")

    def __init__(self, session: boto3.Session, config: Config | None = None) -> None:
        self._session: Any = session
        self._given = {"config": config} if config else {}
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def of(self, service: str) -> Any:
        """Return the client of a service as boto3 names it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(service, **self._given)
            return self._clients[service]
