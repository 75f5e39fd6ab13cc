"""What the database and its credentials can be."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stack.reserved import RESERVED_DATABASE_NAMES, RESERVED_USERNAMES
from stack.rules.finding import Finding

if TYPE_CHECKING:
    from stack.config import StackConfig

_DATABASE = r"[A-Za-z][A-Za-z0-9_]{0,62}"
_USERNAME = r"[A-Za-z][A-Za-z0-9]{0,15}"
_NAMING = ", a letter first, and nothing that PostgreSQL or RDS reserves"


def aurora(config: "StackConfig") -> Iterator[Finding]:
    """Version, size and number of the database instances."""
    major = config.aurora_engine_major
    if major < 13:  # noqa: PLR2004 - the RDS Data API and serverless v2 begin with PostgreSQL 13
        yield "aurora_engine_major", "must be 13 or newer: Aurora serverless v2 with the Data API"
    for name in ("aurora_preferred_minor", "aurora_engine_version"):
        version = getattr(config, name)
        if version is not None and not _is_version(version, major=major):
            yield name, f"must be of major {major} (aurora_engine_major), such as '{major}.8'"
    if config.aurora_reader_count not in range(16):
        yield "aurora_reader_count", "must be 0 to 15"
    low, high = config.aurora_min_capacity, config.aurora_max_capacity
    if not _is_capacity(low, smallest=0):
        yield "aurora_min_capacity", "must be 0 to 256 capacity units in steps of 0.5"
    if not _is_capacity(high, smallest=max(low, 1)):
        yield "aurora_max_capacity", "must be 1 to 256 in steps of 0.5, not below the minimum"


def _is_version(version: str, *, major: int) -> bool:
    return re.fullmatch(rf"{major}\.\d+", version) is not None


def _is_capacity(units: float, *, smallest: float) -> bool:
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    return smallest <= units <= 256 and (units * 2) == int(units * 2)  # noqa: PLR2004


def credentials(config: "StackConfig") -> Iterator[Finding]:
    """Database and owner, and how their secret ends."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBName)
    database, username = config.database_name, config.master_username
    if not re.fullmatch(_DATABASE, database) or _is_reserved(database, RESERVED_DATABASE_NAMES):
        yield "database_name", f"must be 1 to 63 letters, digits and underscores{_NAMING}"
    if not re.fullmatch(_USERNAME, username) or _is_reserved(username, RESERVED_USERNAMES):
        yield "master_username", f"must be 1 to 16 letters and digits{_NAMING}"
    if config.password_version < 1:
        yield "password_version", "must be at least 1"
    if config.secret_recovery_window_days not in (0, *range(7, 31)):
        yield "secret_recovery_window_days", "must be 0 (delete at once) or 7 to 30"


def _is_reserved(name: str, reserved: frozenset[str]) -> bool:
    return name.lower() in reserved or name.lower().startswith(("pg_", "rds"))
