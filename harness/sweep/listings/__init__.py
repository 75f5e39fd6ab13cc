"""What there is in a target, service by service, with its tags.

Each service is asked in its own way: the Resource Groups Tagging API would be one call, but does
not know every service, and lags behind. Where tags must be asked for one by one, only what is
named like the stack's resources is asked about.
"""

from collections.abc import Callable, Iterator, Mapping

from harness.checks.clients import Clients
from harness.sweep.listings.balancing import balancing
from harness.sweep.listings.containers import containers, images, scaling
from harness.sweep.listings.database import database
from harness.sweep.listings.edge import distributions, monitoring
from harness.sweep.listings.identity import identity
from harness.sweep.listings.network import network
from harness.sweep.listings.storage import buckets, log_groups, secrets
from harness.sweep.resource import Resource
from harness.targets.base import Capability

__all__ = ["LISTINGS"]

LISTINGS: Mapping[Capability, Callable[[Clients], Iterator[Resource]]] = {
    Capability.EC2: network,
    Capability.ELBV2: balancing,
    Capability.ECS: containers,
    Capability.RDS: database,
    Capability.SECRETSMANAGER: secrets,
    Capability.S3: buckets,
    Capability.CLOUDFRONT: distributions,
    Capability.LOGS: log_groups,
    Capability.IAM: identity,
    Capability.CLOUDWATCH: monitoring,
    Capability.APPLICATION_AUTOSCALING: scaling,
    Capability.ECR: images,
}
