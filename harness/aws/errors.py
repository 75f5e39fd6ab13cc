"""The refusals that pass by themselves, by name; every other one is an answer."""

import re
from dataclasses import dataclass

from botocore.exceptions import ClientError

# What the services answer when a thing is not there (or, for a secret, is going away).
ABSENT_CODES = frozenset(
    {
        "AccessPointNotFound",
        "ClusterNotFoundException",
        "DBClusterNotFoundFault",
        "DBClusterParameterGroupNotFoundFault",
        "DBInstanceNotFound",
        "DBParameterGroupNotFound",
        "DBSubnetGroupNotFoundFault",
        "InvalidGroup.NotFound",
        "InvalidSubnetID.NotFound",
        "InvalidVpcID.NotFound",
        "ListenerNotFound",
        "LoadBalancerNotFound",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchDistribution",
        "NoSuchEntity",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "ObjectNotFoundException",
        "OwnershipControlsNotFoundError",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "ServerSideEncryptionConfigurationNotFoundError",
        "ServiceNotActiveException",
        "ServiceNotFoundException",
        "TargetGroupNotFound",
    }
)


_MINUTE = 60.0


@dataclass(frozen=True)
class Transient:
    """A refusal that passes by itself.

    Attributes:
        operation: Pattern of the operations that are refused so.
        code: Pattern of the error code.
        reason: Why it passes.
        seconds: How long that may take.
        message: Pattern in the message, where the code alone says too little.
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
        "the load balancer has not let go of its target group",
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
        "the network interface is still attached to what is being removed",
        10 * _MINUTE,
        message=r"in use",
    ),
    Transient(
        r"ReleaseAddress",
        r"InvalidIPAddress\.InUse|AuthFailure",
        "the NAT gateway has not let go of its address",
        10 * _MINUTE,
    ),
    Transient(
        r"Delete(DB\w+)",
        r"InvalidDB(Cluster|Instance|SubnetGroup|ParameterGroup|ClusterSnapshot|Snapshot)State"
        r"(Fault)?",
        "RDS is still making, changing or deleting a part of the database",
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
        "IAM has not seen the detachment everywhere",
        1 * _MINUTE,
    ),
    Transient(
        r"\w+",
        r"Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown",
        "AWS limits the rate of requests",
        5 * _MINUTE,
    ),
)
_ABSENT = re.compile(r"NotFound|^NoSuch|^ServiceNotActiveException$|^ClusterNotFound")


def transient_of(error: ClientError) -> Transient | None:
    """Return which named transient refusal an error is; None if it is none of them."""
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
    """Whether an error says that the thing is not there (any more)."""
    return _ABSENT.search(error_code(error)) is not None


def error_code(error: ClientError) -> str:
    """Return the code of an error; empty when AWS gave none."""
    return str(error.response["Error"].get("Code", ""))
