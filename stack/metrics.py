"""The metrics of the stack that have an alarm; ``metrics.toml`` has the thresholds."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .fields import StackFields
from .tiers import Tier


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric and the threshold of its alarm.

    Attributes:
        kind: Short name, part of the alarm's name.
        threshold: Largest value without an alarm.
        periods: Evaluation periods: consecutive periods above the threshold.
    """

    kind: str
    title: str
    namespace: str
    name: str
    statistic: str
    threshold: float
    periods: int
    dimensions: Mapping[str, str]


_TOML = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
_TABLE = {Tier(tier): rows for tier, rows in tomllib.loads(_TOML).items()}


def metrics_of(dimensions: Mapping[Tier, Sequence[Mapping[str, str]]]) -> list[Metric]:
    """Return the metrics of the deployed tiers.

    Args:
        dimensions: Values of the dimensions of each resource with metrics, by tier; NAT gateways,
            of which there may be several, have their number in ``kind``.
    """
    return [
        Metric(
            **{
                **row,
                "kind": f"{row['kind']}-{index}" if tier == Tier.NETWORK else row["kind"],
                "dimensions": {name: values[name] for name in row["dimensions"]},
            }
        )
        for tier, rows in _TABLE.items()
        for index, values in enumerate(dimensions.get(tier, ()))
        for row in rows
    ]


def alarm_count(config: StackFields) -> int:
    """Return the number of alarms, those of Application Auto Scaling included.

    It creates two for each of the two target tracking policies:
    https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
    """
    own = sum(
        len(rows) * (config.nat_gateway_count if tier == Tier.NETWORK else 1)
        for tier, rows in _TABLE.items()
        if {tier, Tier.MONITORING} <= config.tiers
    )
    return own + 2 * 2 * (Tier.SCALING in config.tiers)
