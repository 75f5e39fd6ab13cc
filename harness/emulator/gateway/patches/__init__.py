"""The patches: responses of MiniStack 1.5.33 that differ from AWS, corrected on the wire."""

from collections import defaultdict
from typing import Any

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.patches.credentials import IssuedAccessKeys, IssuedSessions
from harness.emulator.gateway.patches.data_api import StatementThreads
from harness.emulator.gateway.patches.database import SecretPendingDeletion, ServerlessInstanceClass
from harness.emulator.gateway.patches.ec2 import NatGatewayAddresses
from harness.emulator.gateway.patches.ecs import (
    ContainerEntryPoints,
    FirstDeploymentStatus,
    PropagatedTags,
    StoppedTaskReplacement,
    UnusedTargetGroup,
    ZoneRebalancing,
)
from harness.emulator.gateway.patches.elbv2 import (
    ListenerDeletion,
    LoadBalancerZones,
    ProxyTargetGroups,
    TargetGroupUsage,
    TargetHealth,
)
from harness.emulator.gateway.patches.filters import IgnoredFilters
from harness.emulator.gateway.patches.management import CompleteAlarms, DeletedDistributionTags
from harness.emulator.gateway.patches.placement import TaskPlacements, TaskZones
from harness.emulator.gateway.patches.security_groups import SecurityGroupRules

__all__ = ["Call", "CallNext", "Patch", "all_patches"]


def all_patches(
    aws: AwsApi,
    registry: AlbRegistry,
    distributions: Distributions,
    state: defaultdict[str, dict[Any, Any]],
) -> tuple[Patch, ...]:
    """Return all patches; the first one receives a call first and its response last.

    In ``state`` is the data that MiniStack does not store, by name.
    """
    placements = TaskPlacements(aws, state["task subnets"])
    return (
        ProxyTargetGroups(registry),
        TargetHealth(registry, placements),
        TargetGroupUsage(registry),
        ListenerDeletion(aws),
        LoadBalancerZones(aws),
        UnusedTargetGroup(registry),
        FirstDeploymentStatus(),
        ContainerEntryPoints(),
        StoppedTaskReplacement(aws),
        ZoneRebalancing(state["zone rebalancing"]),
        TaskZones(placements),
        SecretPendingDeletion(aws),
        StatementThreads(),
        CompleteAlarms(aws),
        DeletedDistributionTags(distributions),
        ServerlessInstanceClass(),
        SecurityGroupRules(aws),
        IgnoredFilters(),
        NatGatewayAddresses(aws, state["nat gateway addresses"]),
        PropagatedTags(aws, state["task tags"]),
        IssuedAccessKeys(state["issued keys"]),
        IssuedSessions(state["issued keys"]),
    )
