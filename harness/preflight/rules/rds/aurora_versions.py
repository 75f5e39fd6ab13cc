"""Versions of Aurora PostgreSQL offered on a date, for preflight without a target.

From ``DescribeDBEngineVersions`` and the release calendar,
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html.
"""

import re
from collections.abc import Mapping

AS_OF = "2026-08-06"
OFFERED: Mapping[int, tuple[int, ...]] = {
    11: (9, 21),
    12: (9, 22),
    13: (9, 23),
    14: (6, 17, 18, 19, 20, 22, 23),
    15: (10, 12, 13, 14, 15, 17, 18),
    16: (8, 9, 10, 11, 13, 14),
    17: (4, 5, 6, 7, 9, 10),
    18: (3, 4),
}
"""Major version -> minor versions that could be created."""


def retirement(version: str) -> tuple[str, bool]:
    """Return why a version is probably not offered, and whether that is certain; empty if it was.

    A version that is newer than the table may be offered. A major version alone is valid: RDS
    selects the minor.
    """
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,4}))?(-limitless)?", version)
    if match is None:
        return "not a version of Aurora PostgreSQL", True
    if match[3]:
        return "a version of Aurora PostgreSQL Limitless Database, another product", True
    minors = OFFERED.get(int(match[1]))
    if minors is None:
        return f"no major version {match[1]} was offered", int(match[1]) < max(OFFERED)
    if match[2] is None or int(match[2]) in minors:
        return "", True
    nearest = ", ".join(f"{match[1]}.{minor}" for minor in minors)
    if int(match[2]) > minors[-1]:
        return f"unknown; offered were {nearest}", False
    return f"retired, or never offered; offered were {nearest}", True
