"""The capabilities of a target: AWS services, and data planes that serve real requests."""

from enum import StrEnum


class Capability(StrEnum):
    """A capability that a target may have; a test names what it requires.

    The values of services are botocore's service names. A ``*-data-plane`` one means that
    real requests are served, not only those to the API.
    """

    APPLICATION_AUTOSCALING = "application-autoscaling"
    CLOUDFRONT = "cloudfront"
    CLOUDWATCH = "cloudwatch"
    EC2 = "ec2"
    ECR = "ecr"
    ECS = "ecs"
    ELBV2 = "elbv2"
    IAM = "iam"
    KMS = "kms"
    LOGS = "logs"
    RDS = "rds"
    RDS_DATA = "rds-data"
    S3 = "s3"
    SECRETSMANAGER = "secretsmanager"
    SERVICE_QUOTAS = "service-quotas"
    SNS = "sns"
    ALB_DATA_PLANE = "alb-data-plane"
    CLOUDFRONT_DATA_PLANE = "cloudfront-data-plane"
    ECS_DATA_PLANE = "ecs-data-plane"
    DATABASE_DATA_PLANE = "database-data-plane"
    DATABASE_DIRECT = "database-direct"
    DATABASE_TLS = "database-tls"
    DATABASE_FORCED_TLS = "database-forced-tls"
