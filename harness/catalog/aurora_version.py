"""The Aurora PostgreSQL version to deploy, chosen among those that the target offers."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import TargetError, UsageError

ENGINE = "aurora-postgresql"
INSTANCE_CLASS = "db.serverless"
_NEAREST = 5


def resolve_aurora_version(
    rds: Any, *, major: int, preferred_minor: str, explicit: str | None
) -> tuple[str, str]:
    """Return the Aurora PostgreSQL version to deploy, and the reason for the choice.

    Of those that the target offers, in the order of precedence: the explicit version; the
    preferred minor (such as a long-term support release); the newest minor of the major.
    ``-limitless`` versions are a different product and never chosen.

    Args:
        major: PostgreSQL major version, such as 16.
        preferred_minor: Version to prefer, such as "16.8".
        explicit: The only acceptable version; None: any of the major.

    Raises:
        UsageError: The explicit version, or every version of the major, is not offered with
            ``db.serverless``; the message lists the nearest versions that are offered.
        TargetError: The target refuses the request or cannot be reached.

    See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
    and https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
    """
    try:
        offered = _offered(rds)
        candidates = list(_candidates(offered, major, preferred_minor, explicit))
        for candidate in candidates:
            if _orderable(rds, candidate[0]):
                return candidate
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"the Aurora PostgreSQL versions of the target cannot be listed: {error}",
            remedy="check that the target is running and that the credentials allow "
            "rds:DescribeDBEngineVersions and rds:DescribeOrderableDBInstanceOptions",
        ) from error
    raise _not_offered(offered, explicit or str(major), listed=bool(candidates))


def _candidates(
    offered: list[str], major: int, preferred_minor: str, explicit: str | None
) -> Iterator[tuple[str, str]]:
    if explicit is not None:
        if explicit in offered:
            yield explicit, "pinned by the configuration, and offered"
        return
    of_major = [version for version in offered if _key(version)[0] == major]
    if preferred_minor in of_major:
        yield preferred_minor, "the preferred minor version, and offered"
        of_major.remove(preferred_minor)
    for version in reversed(of_major):
        reason = f"the newest orderable {major}; the preferred {preferred_minor} is not orderable"
        yield version, reason


def _not_offered(offered: list[str], requested: str, *, listed: bool) -> UsageError:
    if listed:
        return UsageError(
            f"Aurora PostgreSQL {requested} is offered by the target, but not with instance class "
            f"{INSTANCE_CLASS}",
            remedy=f"use another version or region; offered: {_list(offered)}",
        )
    return UsageError(
        f"Aurora PostgreSQL {requested} is not offered by the target",
        remedy=f"the nearest ones offered: {_list(_nearest(offered, requested))}",
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


def _orderable(rds: Any, version: str) -> bool:
    response = rds.describe_orderable_db_instance_options(
        Engine=ENGINE, EngineVersion=version, DBInstanceClass=INSTANCE_CLASS
    )
    return bool(response["OrderableDBInstanceOptions"])


def _nearest(offered: list[str], requested: str) -> list[str]:
    major, minor = (*_key(requested), 0)[:2]

    def distance(version: str) -> tuple[int, int]:
        key = (*_key(version), 0)
        return abs(key[0] - major), abs(key[1] - minor)

    return sorted(sorted(offered, key=distance)[:_NEAREST], key=_key)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit()) or (0,)


def _list(versions: list[str]) -> str:
    return ", ".join(versions) or "none"
