"""The catalogue of AWS resources: the kinds of all services.

Each service is queried itself: the Resource Groups Tagging API would be one call, but does not
cover every service, and lags behind.
"""

from collections.abc import Mapping

from harness.aws.resources import (
    application_autoscaling,
    cloudfront,
    cloudwatch,
    ec2,
    ecr,
    ecs,
    elbv2,
    iam,
    logs,
    rds,
    s3,
    secretsmanager,
)
from harness.aws.resources.resource import Kind, ResourceType

_SERVICES = (
    *(application_autoscaling, cloudfront, cloudwatch, ec2, ecr, ecs, elbv2, iam, logs, rds, s3),
    secretsmanager,
)
CATALOG: Mapping[Kind, ResourceType] = {
    each.kind: each for service in _SERVICES for each in service.TYPES
}
