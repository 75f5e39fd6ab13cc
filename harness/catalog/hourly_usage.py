"""The resources of the catalog stack that are billed by the hour.

Tasks are billed by vCPU and GB (https://aws.amazon.com/fargate/pricing/), the database by Aurora
capacity units, and public IPv4 addresses apart from the resources that use them.
"""

from harness.aws.fallback_prices import Item
from harness.run.stack_definition import HourlyUsage
from stack.config import StackConfig
from stack.metrics import alarm_count
from stack.tiers import Tier

_UNITS_PER_VCPU = 1024
_MIB_PER_GB = 1024


def hourly_usage(config: StackConfig) -> HourlyUsage:
    """Return the billable items, as deployed and at maximum scale."""
    return HourlyUsage(
        initial=_usage(config, tasks=config.desired_count, capacity=config.aurora_min_capacity),
        maximum=_usage(config, tasks=config.max_capacity, capacity=config.aurora_max_capacity),
    )


def _usage(config: StackConfig, *, tasks: int, capacity: float) -> dict[Item, float]:
    zones, nats = config.availability_zone_count, config.nat_gateway_count
    by_tier: dict[Tier, dict[Item, float]] = {
        Tier.NETWORK: {Item.NAT_GATEWAY: nats, Item.PUBLIC_ADDRESS: nats},
        Tier.LOAD_BALANCER: {Item.LOAD_BALANCER: 1, Item.PUBLIC_ADDRESS: zones},
        Tier.SECRET: {Item.SECRET: 1},
        Tier.SERVICE: {
            Item.VCPU: tasks * config.task_cpu / _UNITS_PER_VCPU,
            Item.MEMORY: tasks * config.task_memory / _MIB_PER_GB,
        },
        Tier.DATABASE: {Item.DATABASE: capacity * (1 + config.aurora_reader_count)},
        Tier.MONITORING: {Item.DASHBOARD: 1},
    }
    usage: dict[Item, float] = {Item.ALARM: alarm_count(config)}
    for tier, items in by_tier.items():
        if tier in config.tiers:
            for item, amount in items.items():
                usage[item] = usage.get(item, 0.0) + amount
    return usage
