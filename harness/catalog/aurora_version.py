"""Which Aurora PostgreSQL version to deploy: asked of the target, never assumed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import TargetError, UsageError

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
        TargetError: The target refuses to say, or cannot be reached.

    See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
    and https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
    """
    try:
        offered = _offered(rds)
        candidates = list(_candidates(offered, major, preferred_minor, explicit))
        for candidate in candidates:
            if _orderable(rds, candidate.version, instance_class):
                return candidate
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"the target does not say which Aurora PostgreSQL versions it offers: {error}",
            remedy="see whether the target runs, and whether the credentials may call "
            "rds:DescribeDBEngineVersions and rds:DescribeOrderableDBInstanceOptions",
        ) from error
    raise _refusal(offered, [each.version for each in candidates], major, explicit, instance_class)


def _candidates(
    offered: list[str], major: int, preferred_minor: str, explicit: str | None
) -> Iterator[AuroraVersion]:
    if explicit is not None:
        if explicit in offered:
            yield AuroraVersion(explicit, "pinned by the configuration, and offered")
        return
    of_major = [version for version in offered if _key(version)[0] == major]
    if preferred_minor in of_major:
        yield AuroraVersion(preferred_minor, "the preferred minor version, and offered")
        of_major.remove(preferred_minor)
    for version in reversed(of_major):
        reason = f"the newest {major} that can be had; the preferred {preferred_minor} cannot"
        yield AuroraVersion(version, reason)


def _refusal(
    offered: list[str],
    candidates: list[str],
    major: int,
    explicit: str | None,
    instance_class: str,
) -> UsageError:
    wanted = explicit or major
    if candidates:
        return UsageError(
            f"Aurora PostgreSQL {wanted} is offered by the target, but not with instance class "
            f"{instance_class}",
            remedy=f"another version or region; offered: {_list(offered)}",
        )
    return UsageError(
        f"Aurora PostgreSQL {wanted} is not offered by the target",
        remedy=f"the nearest ones offered: {_list(_nearest(offered, str(wanted)))}",
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
