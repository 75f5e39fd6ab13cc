"""Which Aurora PostgreSQL version to deploy: asked of the target, never assumed."""

from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError

__all__ = ["AuroraVersion", "resolve_aurora_version"]

ENGINE = "aurora-postgresql"
_NEAREST = 5


@dataclass(frozen=True)
class AuroraVersion:
    """A version that the target offers, and why it was chosen."""

    version: str
    reason: str


def resolve_aurora_version(
    rds: Any,
    *,
    major: int,
    preferred_minor: str,
    explicit: str | None,
    instance_class: str = "db.serverless",
) -> AuroraVersion:
    """Choose the Aurora PostgreSQL version among those that the target offers now.

    An explicit version is taken if offered; else the preferred minor if offered (a long-term
    support release, say); else the newest stable minor of the major. ``-limitless`` versions
    are another product and never chosen.

    Args:
        rds: boto3 client of RDS.
        major: PostgreSQL major version, such as 16.
        preferred_minor: Version to prefer, such as "16.8".
        explicit: The only version to accept; None leaves the choice.
        instance_class: Instance class that must be orderable with it.

    Raises:
        UsageError: The version, or any of the major, is not offered with that class; the
            message lists the nearest ones that are.

    See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
    and https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
    """
    offered = _offered(rds)
    chosen = _choose(offered, major, preferred_minor, explicit)
    if not _orderable(rds, chosen.version, instance_class):
        raise UsageError(
            f"Aurora PostgreSQL {chosen.version} is offered here, but not with instance class "
            f"{instance_class}",
            remedy=f"another version; offered: {_list(offered)}",
        )
    return chosen


def _choose(
    offered: list[str], major: int, preferred_minor: str, explicit: str | None
) -> AuroraVersion:
    if explicit is not None:
        if explicit in offered:
            return AuroraVersion(explicit, "pinned by the configuration, and offered")
        raise UsageError(
            f"Aurora PostgreSQL {explicit} is not offered by the target",
            remedy=f"the nearest ones offered: {_list(_nearest(offered, explicit))}",
        )
    of_major = [version for version in offered if _key(version)[0] == major]
    if preferred_minor in of_major:
        return AuroraVersion(preferred_minor, "the preferred minor version, and offered")
    if of_major:
        return AuroraVersion(
            of_major[-1],
            f"the newest {major} offered; the preferred {preferred_minor} is not",
        )
    raise UsageError(
        f"no Aurora PostgreSQL {major} is offered by the target",
        remedy=f"another aurora_engine_major; offered: {_list(offered)}",
    )


def _offered(rds: Any) -> list[str]:
    pages = rds.get_paginator("describe_db_engine_versions").paginate(Engine=ENGINE)
    versions = {
        entry["EngineVersion"]
        for page in pages
        for entry in page["DBEngineVersions"]
        if entry.get("Status", "available") == "available"
    }
    return sorted((v for v in versions if "limitless" not in v), key=_key)


def _orderable(rds: Any, version: str, instance_class: str) -> bool:
    answer = rds.describe_orderable_db_instance_options(
        Engine=ENGINE, EngineVersion=version, DBInstanceClass=instance_class
    )
    return bool(answer["OrderableDBInstanceOptions"])


def _nearest(offered: list[str], wanted: str) -> list[str]:
    major, minor = (*_key(wanted), 0)[:2]

    def distance(version: str) -> tuple[int, int]:
        key = (*_key(version), 0)
        return abs(key[0] - major), abs(key[1] - minor)

    return sorted(sorted(offered, key=distance)[:_NEAREST], key=_key)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit()) or (0,)


def _list(versions: list[str]) -> str:
    return ", ".join(versions) or "none"
