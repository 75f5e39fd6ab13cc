"""How long logs can be kept."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stack.rules.finding import Finding, listed

if TYPE_CHECKING:
    from stack.config import StackConfig

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def retention(config: "StackConfig") -> Iterator[Finding]:
    """How long logs are kept."""
    if config.log_retention_days not in LOG_RETENTION_DAYS:
        yield "log_retention_days", f"must be one of {listed(LOG_RETENTION_DAYS)}"
    if config.log_bucket_expiration_days < 1:
        yield "log_bucket_expiration_days", "must be at least 1"
