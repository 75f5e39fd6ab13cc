"""The tags of a run's resources: project, environment suffix, run, owner, expiry."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

PROJECT_TAGS = {"Project": "product-catalog", "ManagedBy": "cdktf"}
SUFFIX_TAG = "EnvironmentSuffix"
RUN_ID = "RunId"
OWNER = "Owner"
EXPIRES_AT = "expires-at"

_LONGEST = 256
# The characters that every service accepts in a value, IAM and CloudFront included:
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_REFUSED = re.compile(r"[^A-Za-z0-9 +\-=._:/@]")


def project_tags(environment_suffix: str) -> dict[str, str]:
    """Return the three tags by which a resource of an environment is recognised."""
    return PROJECT_TAGS | {SUFFIX_TAG: environment_suffix}


def is_managed(tags: Mapping[str, str]) -> bool:
    """Whether these are the tags of an endpoint or security group that GuardDuty manages."""
    return tags.get("GuardDutyManaged") == "true"


def parse_time(text: str) -> datetime | None:
    """Return an ISO 8601 time with a time zone, in UTC; None for any other text."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None


def as_tags(raw: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return tags as a dict; only ECS spells ``key`` and ``value`` in lower case."""
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value", "")) for tag in raw}


@dataclass(frozen=True)
class RunTags:
    """The tags that distinguish one run from another.

    Attributes:
        run_id: Suffix and start time; unique even where a suffix is used again.
        expires_at: ISO 8601 time in UTC, to the second, such as ``2026-11-25T22:00:00Z``;
            what is left after it may be swept.
    """

    run_id: str
    owner: str
    expires_at: str

    @classmethod
    def of(
        cls, environment_suffix: str, started_at: str, *, owner: str, minutes: float
    ) -> "RunTags":
        """Derive the tags; the result is the same in all processes of a run.

        Args:
            started_at: ISO 8601 time of its start.
            owner: Who is responsible; a character that AWS refuses in a tag becomes a hyphen.
            minutes: Maximum duration of the run.
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
