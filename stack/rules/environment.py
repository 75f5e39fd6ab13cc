"""What sets one deployment apart, and where its state is kept."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stack.names import LONGEST_SUFFIX
from stack.reserved import RESERVED_TAG_KEYS
from stack.rules.finding import REGION, Finding, listed
from stack.tiers import ALL_TIERS, missing_tiers

if TYPE_CHECKING:
    from stack.config import StackConfig

_SUFFIX = r"[a-z0-9]+(-[a-z0-9]+)*"
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


def names(config: "StackConfig") -> Iterator[Finding]:
    """The suffix and the region, which every name is made of."""
    suffix = config.environment_suffix
    if not re.fullmatch(_SUFFIX, suffix) or len(suffix) > LONGEST_SUFFIX:
        yield (
            "environment_suffix",
            f"must be 1 to {LONGEST_SUFFIX} lowercase letters, digits and single hyphens "
            "between them, such as 'pr123-7f3a'",
        )
    if not re.fullmatch(REGION, config.region):
        yield "region", "must be an AWS region such as 'eu-north-1'"


def tiers(config: "StackConfig") -> Iterator[Finding]:
    """Tiers that there are, together with what they need."""
    unknown = config.tiers - ALL_TIERS
    if unknown or not config.tiers:
        yield "tiers", f"must be some of {listed(sorted(ALL_TIERS))}"
    elif missing := missing_tiers(config.tiers):
        yield "tiers", f"also needs {listed(sorted(missing))}"


def tags(config: "StackConfig") -> Iterator[Finding]:
    """Default tags that AWS takes and the stack does not set itself."""
    for key, value in config.tags.items():
        if key in RESERVED_TAG_KEYS or key.lower().startswith("aws:"):
            yield "tags", f"must not set {key!r}: the stack or AWS does"
        if not 1 <= len(key) <= 128 or len(value) > 256:  # noqa: PLR2004 - the limits of AWS
            yield "tags", "must have keys of 1 to 128 and values of at most 256 characters"


def backend(config: "StackConfig") -> Iterator[Finding]:
    """A bucket for the state or a file, not both."""
    if config.state_bucket is None:
        if config.state_bucket_region is not None:
            yield "state_bucket_region", "needs state_bucket, which is not set"
        if config.state_lock:
            yield "state_lock", "needs state_bucket, which is not set"
    elif not re.fullmatch(_BUCKET, config.state_bucket):
        yield "state_bucket", "must be a bucket name: 3 to 63 lowercase letters, digits, . and -"
    elif config.state_path is not None:
        yield "state_path", "must not be set together with state_bucket"
    if config.state_bucket_region and not re.fullmatch(REGION, config.state_bucket_region):
        yield "state_bucket_region", "must be an AWS region such as 'eu-north-1'"
