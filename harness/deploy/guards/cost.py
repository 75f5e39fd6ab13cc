"""The estimated cost of a stack per hour, and the limit for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import boto3

from harness.aws.fallback_prices import Item
from harness.core.errors import UsageError
from harness.deploy.guards.price_list import Prices, current_prices
from harness.run.stack_definition import HourlyUsage


@dataclass(frozen=True)
class Estimate:
    """USD per hour for a stack, at first and at its maximum scale, without traffic and tax."""

    initial: float
    maximum: float
    source: str

    def __str__(self) -> str:
        return (
            f"estimated cost: {self.initial:.3f} USD per hour, at most {self.maximum:.3f} when "
            f"scaled out, without traffic and requests (prices: {self.source})"
        )


def guard_cost(
    session: boto3.Session,
    usage: HourlyUsage,
    *,
    region: str,
    limit: float | None,
    note: Callable[[str], None],
) -> None:
    """Note the estimated cost, and refuse a stack whose maximum is above the limit.

    Args:
        limit: Maximum in USD per hour; None: no limit.

    Raises:
        UsageError: The maximum cost is above the limit.
    """
    found = estimate(usage, current_prices(session, region))
    note(str(found))
    if limit is not None and found.maximum > limit:
        raise UsageError(
            f"--max-cost-per-hour {limit:g}: {found}",
            remedy="raise the limit, or lower max_capacity and aurora_max_capacity with "
            "--stack-config",
        )


def estimate(usage: HourlyUsage, prices: Prices) -> Estimate:
    """Return the estimated cost of a stack per hour."""
    return Estimate(_total(usage.initial, prices), _total(usage.maximum, prices), prices.source)


def _total(usage: Mapping[Item, float], prices: Prices) -> float:
    return sum(amount * prices.hourly[item] for item, amount in usage.items())
