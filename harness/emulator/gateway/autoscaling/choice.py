"""Which of several policies has its way, and how far.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

from harness.emulator.gateway.autoscaling.ecs import ServiceState
from harness.emulator.gateway.autoscaling.store import Record
from harness.emulator.gateway.autoscaling.tracking import Wish

__all__ = ["TRACKING", "bounded_capacity", "choose"]

TRACKING = "TargetTrackingScalingPolicyConfiguration"


def bounded_capacity(capacity: int, target: Record) -> int:
    """Return the capacity, or the bound of the target that it exceeds."""
    return int(min(max(capacity, target["MinCapacity"]), target["MaxCapacity"]))


def choose(
    wishes: list[tuple[Record, Wish | None]], state: ServiceState
) -> tuple[Record, Wish] | None:
    """Scale out if any policy wants it, in only if all do; always to the largest capacity."""
    wanted = [(policy, wish) for policy, wish in wishes if wish is not None]
    outward = [each for each in wanted if each[1].capacity > state.desired]
    if outward:
        return max(outward, key=lambda each: each[1].capacity)
    tracking = [policy for policy, _ in wishes if TRACKING in policy]
    if wanted and all(any(policy is each[0] for each in wanted) for policy in tracking):
        return max(wanted, key=lambda each: each[1].capacity)
    return None
