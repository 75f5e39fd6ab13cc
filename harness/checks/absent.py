"""How the services say that something is not there."""

__all__ = ["ABSENT_CODES"]

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
