"""The refusals of AWS that end without any action, each with its reason and how long it lasts."""

import re
from dataclasses import dataclass

from botocore.exceptions import ClientError

from harness.aws.errors import error_code

_MINUTE = 60.0


@dataclass(frozen=True)
class TransientError:
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


_TRANSIENT_ERRORS = (
    TransientError(
        r"DeleteDistribution",
        r"DistributionNotDisabled",
        "CloudFront is still disabling the distribution at its edge locations",
        30 * _MINUTE,
    ),
    TransientError(
        r"(Update|Delete)Distribution",
        r"PreconditionFailed|InvalidIfMatchVersion",
        "CloudFront changed the distribution's ETag between reading and deleting it",
        2 * _MINUTE,
    ),
    TransientError(
        r"DeleteTargetGroup",
        r"ResourceInUse",
        "the load balancer still uses the target group",
        5 * _MINUTE,
    ),
    TransientError(
        r"DeleteCluster",
        r"ClusterContains(Services|Tasks)Exception|UpdateInProgressException",
        "ECS still counts a service or task that is being drained",
        10 * _MINUTE,
    ),
    TransientError(
        r"Delete\w+|Detach\w+",
        r"DependencyViolation",
        "a network interface or another part is still attached",
        10 * _MINUTE,
    ),
    TransientError(
        r"DeleteNetworkInterface",
        r"InvalidNetworkInterface\.InUse|InvalidParameterValue",
        "the network interface is still attached to a resource that is being deleted",
        10 * _MINUTE,
        message=r"in use",
    ),
    TransientError(
        r"ReleaseAddress",
        r"InvalidIPAddress\.InUse|AuthFailure",
        "the NAT gateway still uses the address",
        10 * _MINUTE,
    ),
    TransientError(
        r"Delete(DB\w+)",
        r"InvalidDB(Cluster|Instance|SubnetGroup|ParameterGroup|ClusterSnapshot|Snapshot)State"
        r"(Fault)?",
        "RDS is still creating, modifying or deleting a part of the database",
        30 * _MINUTE,
    ),
    TransientError(
        r"DeleteBucket",
        r"BucketNotEmpty|OperationAborted",
        "a last access log arrived while the bucket was being emptied",
        2 * _MINUTE,
    ),
    TransientError(
        r"Delete(Secret)|RestoreSecret",
        r"InvalidRequestException",
        "Secrets Manager is still deleting or restoring the secret",
        2 * _MINUTE,
        message=r"delet",
    ),
    TransientError(
        r"Delete(Role|Policy)",
        r"DeleteConflict|ConcurrentModification",
        "the detachment has not reached all of IAM (eventual consistency)",
        1 * _MINUTE,
    ),
    TransientError(
        r"\w*",
        r"Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown",
        "AWS limits the rate of requests",
        5 * _MINUTE,
    ),
)


def transient_error(operation: str, code: str, message: str) -> TransientError | None:
    """Return the transient error that a response is; None if it is none of them.

    Args:
        operation: The operation, such as ``DeleteBucket``.
        code: Error code of the response.
        message: Its message.
    """
    for each in _TRANSIENT_ERRORS:
        if (
            re.fullmatch(each.operation, operation)
            and re.fullmatch(each.code, code)
            and re.search(each.message, message)
        ):
            return each
    return None


def transient_of(error: ClientError) -> TransientError | None:
    """Return the transient error that an error of botocore is; None if it is none of them."""
    message = error.response["Error"].get("Message", "")
    return transient_error(error.operation_name, error_code(error), message)
