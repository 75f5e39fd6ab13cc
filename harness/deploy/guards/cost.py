"""What a stack costs by the hour, before there is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import boto3

from harness.aws.prices import Item
from harness.core.errors import UsageError
from harness.deploy.guards.price_list import Prices, current_prices
from harness.run.stack_definition import HourlyUsage


@dataclass(frozen=True)
class Estimate:
    """What a stack costs by the hour in USD without traffic and tax.

    Attributes:
        initial: As deployed.
        maximum: Scaled out as far as the stack allows.
        source: Where the prices come from.
    """

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
    cap: float | None,
    note: Callable[[str], None],
) -> None:
    """Report what the stack will cost, and refuse one that may cost more than the cap.

    Args:
        session: A session with permission to read prices.
        usage: What the stack is billed for.
        region: AWS region.
        cap: Most USD per hour; None for no limit.
        note: Receives the estimate.

    Raises:
        UsageError: The most that the stack can cost is above the cap.
    """
    found = estimate(usage, current_prices(session, region))
    note(str(found))
    if cap is not None and found.maximum > cap:
        raise UsageError(
            f"--max-cost-per-hour {cap:g}: {found}",
            remedy="allow more, or let it scale less (max_capacity, aurora_max_capacity) by "
            "--stack-config",
        )


def estimate(usage: HourlyUsage, prices: Prices) -> Estimate:
    """Estimate what a stack costs by the hour.

    Args:
        usage: What the stack is billed for.
        prices: Prices by the hour.
    """
    return Estimate(_total(usage.initial, prices), _total(usage.maximum, prices), prices.source)


def _total(usage: Mapping[Item, float], prices: Prices) -> float:
    return sum(amount * prices.hourly[item] for item, amount in usage.items())
