"""The fixed waits of the AWS provider: seconds before it first looks, whatever AWS returns.

Measured with provider 5.100; no setting shortens them:
https://github.com/hashicorp/terraform-provider-aws/issues/28523
"""

_BOTH = ("create", "delete")
_WAITS = {
    ("aws_lb", "create"): 60,
    ("aws_s3_bucket_lifecycle_configuration", "create"): 50,
    ("aws_cloudfront_distribution", "create"): 30,
    ("aws_cloudfront_distribution", "delete"): 45,
    **{(f"aws_rds_cluster{part}", each): 30 for part in ("", "_instance") for each in _BOTH},
    **{
        (kind, "create"): 10
        for kind in (
            "aws_vpc",
            "aws_subnet",
            "aws_ecs_cluster",
            "aws_ecs_cluster_capacity_providers",
        )
    },
}


def fixed_wait(address: str, action: str) -> int:
    """Return the seconds, on the clock of the provider, that an operation waits in any case."""
    return _WAITS.get((address.partition(".")[0], action), 0)
