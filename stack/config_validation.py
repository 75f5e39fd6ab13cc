"""The values that AWS accepts for the fields of the configuration.

Each rule yields the name of a field and the value that is expected there.
"""

import ipaddress
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path

from .errors import ConfigError
from .fields import StackFields
from .names import LONGEST_SUFFIX
from .tiers import ALL_TIERS, missing_tiers

Finding = tuple[str, str]

_REGION = r"[a-z]{2}(-[a-z]+)+-\d"
_SUFFIX = r"[a-z0-9]+(-[a-z0-9]+)*"
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
FARGATE_MEMORY: dict[int, range | tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_DATABASE = r"[A-Za-z][A-Za-z0-9_]{0,62}"
_USERNAME = r"[A-Za-z][A-Za-z0-9]{0,15}"
_NAMING = ", a letter first, and nothing that PostgreSQL or RDS reserves"
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

RESERVED_TAG_KEYS = frozenset({"Project", "EnvironmentSuffix", "ManagedBy", "Name"})

# Marked "reserved" in https://www.postgresql.org/docs/16/sql-keywords-appendix.html.
_KEY_WORDS = frozenset(Path(__file__).with_name("sql_key_words.txt").read_text().split())

RESERVED_DATABASE_NAMES = _KEY_WORDS | {"postgres", "template0", "template1", "db", "admin"}

# RDS rejects these as "reserved word used by the engine", like every name in rds* and pg_*
# (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html).
RESERVED_USERNAMES = _KEY_WORDS | {"admin", "administrator", "root", "public", "none"}


def _listed(accepted: Iterable[object]) -> str:
    return ", ".join(str(value) for value in accepted)


# Field -> its accepted values, and their description.
_ACCEPTED: Mapping[str, tuple[Container[object], str]] = {
    "availability_zone_count": ((2, 3), "2 or 3"),
    "container_port": (range(1, 65536), "1 to 65535"),
    "log_level": (LOG_LEVELS, f"one of {_listed(LOG_LEVELS)}"),
    "cpu_target_percent": (range(1, 101), "1 to 100"),
    "aurora_reader_count": (range(16), "0 to 15"),
    "secret_recovery_window_days": ((0, *range(7, 31)), "0 (delete at once) or 7 to 30"),
    "log_retention_days": (LOG_RETENTION_DAYS, f"one of {_listed(LOG_RETENTION_DAYS)}"),
}
_POSITIVE = (
    *("min_capacity", "request_count_target", "service_timeout_seconds", "password_version"),
    "log_bucket_expiration_days",
)


def check(config: StackFields) -> None:
    """Check every field, and the fields against one another.

    Raises:
        ConfigError: The first field with an invalid value.
    """
    for rule in _RULES:
        for name, expected in rule(config):
            raise ConfigError(name, getattr(config, name), expected)


def names(config: StackFields) -> Iterator[Finding]:
    """The suffix and the region, the parts of every name."""
    suffix = config.environment_suffix
    if not re.fullmatch(_SUFFIX, suffix) or len(suffix) > LONGEST_SUFFIX:
        yield (
            "environment_suffix",
            f"must be 1 to {LONGEST_SUFFIX} lowercase letters, digits and single hyphens "
            "between them, such as 'pr123-7f3a'",
        )
    if not re.fullmatch(_REGION, config.region):
        yield "region", "must be an AWS region such as 'eu-north-1'"


def values(config: StackFields) -> Iterator[Finding]:
    """The fields whose values do not depend on other fields."""
    for name, (accepted, description) in _ACCEPTED.items():
        if getattr(config, name) not in accepted:
            yield name, f"must be {description}"
    for name in _POSITIVE:
        if getattr(config, name) < 1:
            yield name, "must be at least 1"


def tiers(config: StackFields) -> Iterator[Finding]:
    """Existing tiers, including all that they depend on."""
    unknown = config.tiers - ALL_TIERS
    if unknown or not config.tiers:
        yield "tiers", f"must be some of {_listed(sorted(ALL_TIERS))}"
    elif missing := missing_tiers(config.tiers):
        yield "tiers", f"also needs {_listed(sorted(missing))}"


def tags(config: StackFields) -> Iterator[Finding]:
    """Default tags that AWS accepts and the stack does not set."""
    for key, value in config.tags.items():
        if key in RESERVED_TAG_KEYS or key.lower().startswith("aws:"):
            yield "tags", f"must not set {key!r}: the stack or AWS does"
        if not 1 <= len(key) <= 128 or len(value) > 256:  # noqa: PLR2004 - the limits of AWS
            yield "tags", "must have keys of 1 to 128 and values of at most 256 characters"


def backend(config: StackFields) -> Iterator[Finding]:
    """Either a bucket or a file for the state."""
    if config.state_bucket is None:
        if config.state_bucket_region is not None:
            yield "state_bucket_region", "needs state_bucket, which is not set"
        if config.state_lock:
            yield "state_lock", "needs state_bucket, which is not set"
    elif not re.fullmatch(_BUCKET, config.state_bucket):
        yield "state_bucket", "must be a bucket name: 3 to 63 lowercase letters, digits, . and -"
    elif config.state_path is not None:
        yield "state_path", "must not be set together with state_bucket"
    if config.state_bucket_region and not re.fullmatch(_REGION, config.state_bucket_region):
        yield "state_bucket_region", "must be an AWS region such as 'eu-north-1'"


def network(config: StackFields) -> Iterator[Finding]:
    """Networks and NAT gateways."""
    if not _is_network(config.vpc_cidr, prefixes=range(16, 25)):
        yield "vpc_cidr", "must be an IPv4 network from /16 to /24 such as '10.0.0.0/16'"
    if not 1 <= config.nat_gateway_count <= config.availability_zone_count:
        yield "nat_gateway_count", f"must be 1 to {config.availability_zone_count}, one a zone"
    cidrs = config.ingress_cidrs
    if not cidrs or not all(_is_network(cidr, prefixes=range(33)) for cidr in cidrs):
        yield "ingress_cidrs", "must be at least one IPv4 network such as '0.0.0.0/0'"


def _is_network(cidr: str, *, prefixes: range) -> bool:
    try:
        return ipaddress.IPv4Network(cidr).prefixlen in prefixes and "/" in cidr
    except ValueError:
        return False


def task(config: StackFields) -> Iterator[Finding]:
    """Image and size of a task; Fargate supports fixed sizes."""
    if not config.image.strip() or config.image != "".join(config.image.split()):
        yield "image", "must be a container image such as 'registry.example/catalog-api:1.0'"
    if config.task_cpu not in FARGATE_MEMORY:
        yield "task_cpu", f"must be one of {_listed(FARGATE_MEMORY)} (Fargate)"
    elif config.task_memory not in FARGATE_MEMORY[config.task_cpu]:
        sizes = _listed(FARGATE_MEMORY[config.task_cpu])
        yield "task_memory", f"must be one of {sizes} with task_cpu {config.task_cpu} (Fargate)"


def capacity(config: StackFields) -> Iterator[Finding]:
    """Number of tasks, and auto scaling."""
    if config.max_capacity < config.min_capacity:
        yield "max_capacity", f"must be at least min_capacity, which is {config.min_capacity}"
    if not config.min_capacity <= config.desired_count <= config.max_capacity:
        bounds = f"{config.min_capacity} to {config.max_capacity}"
        yield "desired_count", f"must be {bounds} (min_capacity to max_capacity)"


def aurora(config: StackFields) -> Iterator[Finding]:
    """Version and size of the database instances."""
    major = config.aurora_engine_major
    if major < 13:  # noqa: PLR2004 - the RDS Data API and serverless v2 begin with PostgreSQL 13
        yield "aurora_engine_major", "must be 13 or newer: Aurora serverless v2 with the Data API"
    for name in ("aurora_preferred_minor", "aurora_engine_version"):
        version = getattr(config, name)
        if version is not None and not re.fullmatch(rf"{major}\.\d+", version):
            yield name, f"must be of major {major} (aurora_engine_major), such as '{major}.8'"
    low, high = config.aurora_min_capacity, config.aurora_max_capacity
    if not _is_capacity(low, smallest=0):
        yield "aurora_min_capacity", "must be 0 to 256 capacity units in steps of 0.5"
    if not _is_capacity(high, smallest=max(low, 1)):
        yield "aurora_max_capacity", "must be 1 to 256 in steps of 0.5, not below the minimum"


def _is_capacity(units: float, *, smallest: float) -> bool:
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    return smallest <= units <= 256 and (units * 2) == int(units * 2)  # noqa: PLR2004


def credentials(config: StackFields) -> Iterator[Finding]:
    """Names of the database and its owner."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBName)
    database, username = config.database_name, config.master_username
    if not re.fullmatch(_DATABASE, database) or _is_reserved(database, RESERVED_DATABASE_NAMES):
        yield "database_name", f"must be 1 to 63 letters, digits and underscores{_NAMING}"
    if not re.fullmatch(_USERNAME, username) or _is_reserved(username, RESERVED_USERNAMES):
        yield "master_username", f"must be 1 to 16 letters and digits{_NAMING}"


def _is_reserved(name: str, reserved: frozenset[str]) -> bool:
    return name.lower() in reserved or name.lower().startswith(("pg_", "rds"))


_RULES: tuple[Callable[[StackFields], Iterator[Finding]], ...] = (
    names,
    values,
    tiers,
    tags,
    network,
    task,
    capacity,
    aurora,
    credentials,
    backend,
)
