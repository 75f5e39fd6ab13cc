"""Which services an emulator really has: each is asked something harmless."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from harness.aws.capability import Capability
from harness.aws.errors import error_code
from harness.core.errors import TargetError

_THREADS = 8

# Capability -> operation and arguments of a call that reads.
_PROBES: Mapping[Capability, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        Capability.APPLICATION_AUTOSCALING: (
            "describe_scalable_targets",
            {"ServiceNamespace": "ecs"},
        ),
        Capability.CLOUDFRONT: ("list_distributions", {}),
        Capability.CLOUDWATCH: ("describe_alarms", {}),
        Capability.EC2: ("describe_vpcs", {}),
        Capability.ECR: ("describe_repositories", {}),
        Capability.ECS: ("list_clusters", {}),
        Capability.ELBV2: ("describe_load_balancers", {}),
        Capability.IAM: ("list_roles", {}),
        Capability.LOGS: ("describe_log_groups", {}),
        Capability.RDS: ("describe_db_clusters", {}),
        # Nothing can be listed; a cluster that is not there is refused, with another answer.
        Capability.RDS_DATA: (
            "execute_statement",
            {
                "resourceArn": "arn:aws:rds:eu-north-1:000000000000:cluster:no-such-cluster",
                "secretArn": "arn:aws:secretsmanager:eu-north-1:000000000000:secret:none",
                "sql": "SELECT 1",
            },
        ),
        Capability.S3: ("list_buckets", {}),
        Capability.SECRETSMANAGER: ("list_secrets", {}),
        Capability.SERVICE_QUOTAS: ("list_services", {}),
    }
)


def refused_services(session: boto3.Session) -> dict[Capability, str]:
    """Ask every service that the stack may need, and return those that are not served.

    A list of services is not enough: LocalStack lists what it could load, and answers
    ``InternalFailure`` for what its license does not include or nobody has emulated.

    Args:
        session: Session whose clients talk to the emulator.

    Returns:
        Service -> what it answered, in the order of the probes.

    Raises:
        TargetError: A service gave no answer, or none that an AWS service gives.
    """
    # Clients may be shared between threads, sessions may not.
    make: Any = session.client
    clients = {service: make(service.value) for service in _PROBES}

    def probe(service: Capability) -> str:
        operation, arguments = _PROBES[service]
        try:
            getattr(clients[service], operation)(**arguments)
        except ClientError as error:
            return _refusal(error)
        except (BotoCoreError, ResponseParserError) as error:
            raise TargetError(
                f"{service} does not say whether it is there: {' '.join(str(error).split())}",
                remedy="look at the emulator's log",
            ) from error
        return ""

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="probe") as pool:
        answers = zip(_PROBES, pool.map(probe, _PROBES), strict=True)
        return {service: answer for service, answer in answers if answer}


def _refusal(error: ClientError) -> str:
    """Return why a service is not served; empty for an answer that only a real one gives."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return ""
    return f"{error_code(error) or status}: {error.response['Error'].get('Message', '')}".strip()
