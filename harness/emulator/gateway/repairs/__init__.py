"""The table of repairs: what MiniStack 1.5.33 says that AWS does not, put right on the wire."""

from harness.emulator.gateway.alb.directory import Directory
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.memory import Memory
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair
from harness.emulator.gateway.repairs.cloudwatch import AlarmsInFull
from harness.emulator.gateway.repairs.ec2 import NatGatewayAddresses, RevokedForAllPorts
from harness.emulator.gateway.repairs.ecs import TargetGroupInUse, ZoneRebalancing
from harness.emulator.gateway.repairs.elbv2 import (
    GroupsInUse,
    HealthyTargets,
    ListenersOfDeleted,
    TargetHealth,
)
from harness.emulator.gateway.repairs.placement import Placements, TaskZones
from harness.emulator.gateway.repairs.rds import OrderableServerless
from harness.emulator.gateway.repairs.rollout import FirstDeployment
from harness.emulator.gateway.repairs.secretsmanager import NamePendingDeletion
from harness.emulator.gateway.repairs.tagging import TagsOfDeletedDistributions
from harness.emulator.gateway.repairs.task_tags import TagsOfService
from harness.emulator.gateway.repairs.tasks import StoppedTaskReplaced
from harness.emulator.gateway.repairs.zones import LoadBalancerZones

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
