"""The table of repairs: what MiniStack 1.5.33 says that AWS does not, put right on the wire."""

from harness.emulator.gateway.alb.registry import Directory
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches.base import Call, Proceed, Repair
from harness.emulator.gateway.patches.cloudwatch import AlarmsInFull
from harness.emulator.gateway.patches.ec2 import NatGatewayAddresses, RevokedForAllPorts
from harness.emulator.gateway.patches.ecs import (
    FirstDeployment,
    StoppedTaskReplaced,
    TagsOfService,
    TargetGroupInUse,
    ZoneRebalancing,
)
from harness.emulator.gateway.patches.elbv2 import (
    GroupsInUse,
    HealthyTargets,
    ListenersOfDeleted,
    LoadBalancerZones,
    TargetHealth,
)
from harness.emulator.gateway.patches.placement import Placements, TaskZones
from harness.emulator.gateway.patches.rds import OrderableServerless
from harness.emulator.gateway.patches.secretsmanager import NamePendingDeletion
from harness.emulator.gateway.patches.tagging import TagsOfDeletedDistributions
from harness.emulator.gateway.state_store import Memory

__all__ = ["Call", "Proceed", "Repair", "all_repairs"]


def all_repairs(
    aws: AwsApi, directory: Directory, distributions: Distributions, memory: Memory
) -> tuple[Repair, ...]:
    """Return every repair; the first one sees a call first and its answer last.

    Args:
        aws: MiniStack as it is.
        directory: The load balancers.
        distributions: The CloudFront distributions.
        memory: For what MiniStack forgets.
    """
    placements = Placements(aws, memory.shelf("task subnets"))
    return (
        HealthyTargets(directory),
        TargetHealth(directory, placements),
        GroupsInUse(directory),
        ListenersOfDeleted(aws),
        LoadBalancerZones(aws),
        TargetGroupInUse(directory),
        FirstDeployment(),
        StoppedTaskReplaced(),
        ZoneRebalancing(memory.shelf("zone rebalancing")),
        TaskZones(placements),
        NamePendingDeletion(aws),
        AlarmsInFull(aws),
        TagsOfDeletedDistributions(distributions),
        OrderableServerless(),
        RevokedForAllPorts(),
        NatGatewayAddresses(aws, memory.shelf("nat gateway addresses")),
        TagsOfService(aws, memory.shelf("task tags")),
    )
