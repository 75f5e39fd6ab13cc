"""What a stack costs by the hour, before there is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import boto3

from harness.core.errors import UsageError
from harness.deploy.guards.price_list import Prices, current_prices
from harness.deploy.guards.prices import Item
from stack.config import StackConfig
from stack.tiers import Tier

_UNITS_PER_VCPU = 1024
_MIB_PER_GB = 1024
_ALARMS = 10


@dataclass(frozen=True)
class Estimate:
    """What a stack costs by the hour in USD while nobody uses it, without tax.

    Attributes:
        at_first: With as many tasks, and as little database, as it starts with.
        at_most: With as many tasks and as much database as scaling allows.
        source: Where the prices come from.
    """

    at_first: float
    at_most: float
    source: str

    def __str__(self) -> str:
        return (
            f"estimated cost: {self.at_first:.3f} USD per hour, at most {self.at_most:.3f} when "
            f"scaled out, without traffic and requests (prices: {self.source})"
        )


def guard_cost(
    session: boto3.Session,
    config: StackConfig,
    *,
    cap: float | None,
    note: Callable[[str], None],
) -> None:
    """Say what the stack will cost, and refuse one that may cost more than the cap.

    Args:
        session: A session that may ask for prices.
        config: The stack's configuration.
        cap: Most USD per hour; None for no limit.
        note: Told the estimate.

    Raises:
        UsageError: The most that the stack can cost is above the cap.
    """
    found = estimate(config, current_prices(session, config.region))
    note(str(found))
    if cap is not None and found.at_most > cap:
        raise UsageError(
            f"--max-cost-per-hour {cap:g}: {found}",
            remedy="allow more, or let it scale less (max_capacity, aurora_max_capacity) by "
            "--stack-config",
        )


def estimate(config: StackConfig, prices: Prices) -> Estimate:
    """Estimate what a stack costs by the hour.

    Args:
        config: The stack's configuration.
        prices: Prices by the hour.
    """
    first = _usage(config, tasks=config.desired_count, capacity=config.aurora_min_capacity)
    most = _usage(config, tasks=config.max_capacity, capacity=config.aurora_max_capacity)
    return Estimate(_total(first, prices), _total(most, prices), prices.source)


def _total(usage: Mapping[Item, float], prices: Prices) -> float:
    return sum(amount * prices.hourly[item] for item, amount in usage.items())


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
        Tier.MONITORING: {Item.ALARM: _ALARMS, Item.DASHBOARD: 1},
    }
    usage: dict[Item, float] = {}
    for tier, items in by_tier.items():
        if tier in config.tiers:
            for item, amount in items.items():
                usage[item] = usage.get(item, 0.0) + amount
    return usage
