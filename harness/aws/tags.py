"""The tags that tell one run from another: which run, whose, and until when it may be there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SUFFIX_TAG = "EnvironmentSuffix"


PROJECT_TAGS = {"Project": "product-catalog", "ManagedBy": "cdktf"}


def parse_time(text: str) -> datetime | None:
    """Return an ISO 8601 time with a time zone, in UTC; None for any other text."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None


def as_tags(raw: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return tags as a dict; ECS alone writes ``key`` and ``value`` in lower case."""
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value", "")) for tag in raw}


RUN_ID = "RunId"
OWNER = "Owner"
EXPIRES_AT = "expires-at"

_LONGEST = 256
# What every service takes in a value, IAM and CloudFront among them:
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_REFUSED = re.compile(r"[^A-Za-z0-9 +\-=._:/@]")


@dataclass(frozen=True)
class RunTags:
    """What the resources of a run say about it.

    Attributes:
        run_id: Suffix and start; a suffix may be used again, this may not.
        owner: Who answers for the run.
        expires_at: ISO 8601 time in UTC, to the second, such as ``2026-11-25T22:00:00Z``;
            whatever is left later may be swept.
    """

    run_id: str
    owner: str
    expires_at: str

    @classmethod
    def of(
        cls, environment_suffix: str, started_at: str, *, owner: str, minutes: float
    ) -> "RunTags":
        """Derive them; all processes of a run come to the same.

        Args:
            environment_suffix: The run's suffix.
            started_at: ISO 8601 time of its start.
            owner: Who answers for it; what AWS refuses in a tag becomes a hyphen.
            minutes: How long it may take.
        """
        start = datetime.fromisoformat(started_at).astimezone(UTC)
        end = (start + timedelta(minutes=minutes)).replace(microsecond=0, tzinfo=None)
        return cls(
            run_id=f"{environment_suffix}-{start:%Y%m%dT%H%M%S%fZ}",
            owner=_REFUSED.sub("-", owner).strip()[:_LONGEST] or "unknown",
            expires_at=f"{end.isoformat()}Z",
        )

    def to_mapping(self) -> dict[str, str]:
        """Return tag key -> value."""
        return {RUN_ID: self.run_id, OWNER: self.owner, EXPIRES_AT: self.expires_at}
