"""The patches: responses of MiniStack 1.5.33 that differ from AWS, corrected on the wire."""

from harness.emulator.gateway.alb.registry import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.patches.cloudwatch import CompleteAlarms
from harness.emulator.gateway.patches.ec2 import NatGatewayAddresses, RevokeForAllPorts
from harness.emulator.gateway.patches.ecs import (
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
from harness.emulator.gateway.patches.placement import TaskPlacements, TaskZones
from harness.emulator.gateway.patches.rds import ServerlessInstanceClass
from harness.emulator.gateway.patches.secretsmanager import SecretPendingDeletion
from harness.emulator.gateway.patches.tagging import DeletedDistributionTags
from harness.emulator.gateway.state_store import StateStore

__all__ = ["Call", "CallNext", "Patch", "all_patches"]


def all_patches(
    aws: AwsApi,
    registry: AlbRegistry,
    distributions: Distributions,
    state: StateStore,
) -> tuple[Patch, ...]:
    """Return all patches; the first one receives a call first and its response last.

    Args:
        aws: MiniStack without patches.
        registry: The load balancers.
        distributions: The CloudFront distributions.
        state: Keeps what MiniStack does not store.
    """
    placements = TaskPlacements(aws, state.section("task subnets"))
    return (
        ProxyTargetGroups(registry),
        TargetHealth(registry, placements),
        TargetGroupUsage(registry),
        ListenerDeletion(aws),
        LoadBalancerZones(aws),
        UnusedTargetGroup(registry),
        FirstDeploymentStatus(),
        StoppedTaskReplacement(),
        ZoneRebalancing(state.section("zone rebalancing")),
        TaskZones(placements),
        SecretPendingDeletion(aws),
        CompleteAlarms(aws),
        DeletedDistributionTags(distributions),
        ServerlessInstanceClass(),
        RevokeForAllPorts(),
        NatGatewayAddresses(aws, state.section("nat gateway addresses")),
        PropagatedTags(aws, state.section("task tags")),
    )
