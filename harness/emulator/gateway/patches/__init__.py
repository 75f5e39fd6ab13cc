"""The patches: responses of MiniStack 1.5.33 that differ from AWS, corrected on the wire."""

from collections import defaultdict
from typing import Any

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches import (
    credentials,
    data_api,
    database,
    ec2,
    ecs,
    elbv2,
    filters,
    management,
    placement,
    security_groups,
)
from harness.emulator.gateway.patches.base import Patch


def all_patches(
    aws: AwsApi,
    registry: AlbRegistry,
    distributions: Distributions,
    state: defaultdict[str, dict[Any, Any]],
) -> tuple[Patch, ...]:
    """Return all patches; the first one receives a call first and its response last.

    In ``state`` is the data that MiniStack does not store, by name.
    """
    placements = placement.TaskPlacements(aws, state["task subnets"])
    return (
        elbv2.RoundRobin(registry),
        elbv2.TargetHealth(registry, placements),
        elbv2.TargetGroupUsage(registry),
        elbv2.ListenerDeletion(aws),
        elbv2.LoadBalancerZones(aws),
        ecs.UnusedTargetGroup(registry),
        ecs.FirstDeploymentStatus(),
        ecs.ContainerEntryPoints(),
        ecs.StoppedTaskReplacement(aws),
        ecs.ZoneRebalancing(state["zone rebalancing"]),
        placement.TaskZones(placements),
        database.SecretPendingDeletion(aws),
        data_api.StatementThreads(),
        management.CompleteAlarms(aws),
        management.DeletedDistributionTags(distributions),
        database.ServerlessInstanceClass(),
        security_groups.SecurityGroupRules(aws),
        filters.IgnoredFilters(),
        ec2.NatGatewayAddresses(aws, state["nat gateway addresses"]),
        ecs.PropagatedTags(aws, state["task tags"]),
        credentials.IssuedAccessKeys(state["issued keys"]),
        credentials.IssuedSessions(state["issued keys"]),
    )
