"""The estimated cost of a stack per hour, and the limit for it."""

from collections.abc import Callable, Mapping

import boto3

from harness.aws.fallback_prices import Item
from harness.core.errors import UsageError
from harness.deploy.guards.price_list import Prices, current_prices
from harness.run.stack_definition import HourlyUsage


def guard_cost(
    session: boto3.Session,
    usage: HourlyUsage,
    *,
    region: str,
    limit: float | None,
    note: Callable[[str], None],
) -> None:
    """Note the estimated cost, and refuse a stack whose maximum is above the limit (USD per hour).

    Raises:
        UsageError: The maximum cost is above the limit.
    """
    prices = current_prices(session, region)
    initial, maximum = (hourly_cost(each, prices) for each in (usage.initial, usage.maximum))
    found = (
        f"estimated cost: {initial:.3f} USD per hour, at most {maximum:.3f} when "
        f"scaled out, without traffic and requests (prices: {prices.source})"
    )
    note(found)
    if limit is not None and maximum > limit:
        raise UsageError(
            f"--max-cost-per-hour {limit:g}: {found}",
            remedy="raise the limit, or lower max_capacity and aurora_max_capacity with "
            "--stack-config",
        )


def hourly_cost(usage: Mapping[Item, float], prices: Prices) -> float:
    """Return the cost of billable items in USD per hour, without tax."""
    return sum(amount * prices.hourly[item] for item, amount in usage.items())
