"""Errors of AWS: their codes, which mean "not found", and which refusals are transient."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

_MINUTE = 60.0


@dataclass(frozen=True)
class Transient:
    """A refusal that ends without any action.

    Attributes:
        operation: Pattern of the operations that are refused.
        code: Pattern of the error code.
        reason: Why it is transient.
        seconds: How long it may last.
        message: Pattern in the message, where the code alone is ambiguous.
    """

    operation: str
    code: str
    reason: str
    seconds: float
    message: str = ""


_TABLE = (
    Transient(
        r"DeleteDistribution",
        r"DistributionNotDisabled",
        "CloudFront is still disabling the distribution at its edge locations",
        30 * _MINUTE,
    ),
    Transient(
        r"(Update|Delete)Distribution",
        r"PreconditionFailed|InvalidIfMatchVersion",
        "CloudFront changed the distribution's ETag between reading and deleting it",
        2 * _MINUTE,
    ),
    Transient(
        r"DeleteTargetGroup",
        r"ResourceInUse",
        "the load balancer still uses the target group",
        5 * _MINUTE,
    ),
    Transient(
        r"DeleteCluster",
        r"ClusterContains(Services|Tasks)Exception|UpdateInProgressException",
        "ECS still counts a service or task that is being drained",
        10 * _MINUTE,
    ),
    Transient(
        r"Delete\w+|Detach\w+",
        r"DependencyViolation",
        "a network interface or another part is still attached",
        10 * _MINUTE,
    ),
    Transient(
        r"DeleteNetworkInterface",
        r"InvalidNetworkInterface\.InUse|InvalidParameterValue",
        "the network interface is still attached to a resource that is being deleted",
        10 * _MINUTE,
        message=r"in use",
    ),
    Transient(
        r"ReleaseAddress",
        r"InvalidIPAddress\.InUse|AuthFailure",
        "the NAT gateway still uses the address",
        10 * _MINUTE,
    ),
    Transient(
        r"Delete(DB\w+)",
        r"InvalidDB(Cluster|Instance|SubnetGroup|ParameterGroup|ClusterSnapshot|Snapshot)State"
        r"(Fault)?",
        "RDS is still creating, modifying or deleting a part of the database",
        30 * _MINUTE,
    ),
    Transient(
        r"DeleteBucket",
        r"BucketNotEmpty|OperationAborted",
        "a last access log arrived while the bucket was being emptied",
        2 * _MINUTE,
    ),
    Transient(
        r"Delete(Secret)|RestoreSecret",
        r"InvalidRequestException",
        "Secrets Manager is still deleting or restoring the secret",
        2 * _MINUTE,
        message=r"delet",
    ),
    Transient(
        r"Delete(Role|Policy)",
        r"DeleteConflict|ConcurrentModification",
        "the detachment has not reached all of IAM (eventual consistency)",
        1 * _MINUTE,
    ),
    Transient(
        r"\w+",
        r"Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown",
        "AWS limits the rate of requests",
        5 * _MINUTE,
    ),
)
_ABSENT = re.compile(r"NotFound|^NoSuch|^ServiceNotActiveException$")


def transient_of(error: ClientError) -> Transient | None:
    """Return the named transient refusal that an error is; None if it is none of them."""
    code, message = error_code(error), error.response["Error"].get("Message", "")
    for each in _TABLE:
        if (
            re.fullmatch(each.operation, error.operation_name)
            and re.fullmatch(each.code, code)
            and re.search(each.message, message)
        ):
            return each
    return None


def is_absent(error: ClientError) -> bool:
    """Whether an error means that the resource does not exist (any more)."""
    return _ABSENT.search(error_code(error)) is not None


def error_code(error: Exception) -> str:
    """Return the error code of an error response; empty for any other error."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def error_message(error: Exception) -> str:
    """Return operation, code and message of an error response; of any other error its text."""
    if not isinstance(error, ClientError):
        return str(error)
    message = error.response["Error"].get("Message", "")
    return f"{error.operation_name}: {error_code(error)}: {message}"
