"""Rules on names, password and settings of databases; no finding contains a password."""

import re
from collections.abc import Iterator

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, load, resource_rule

_DATABASES = ("aws_rds_cluster", "aws_db_instance")
_GROUPS = ("aws_rds_cluster_parameter_group", "aws_db_parameter_group")
_DATA = load("rds/parameters.json")
_PASSWORDS = ("master_password", "master_password_wo", "password", "password_wo")
_SOURCES = (
    *("snapshot_identifier", "replication_source_identifier", "restore_to_point_in_time"),
    *("global_cluster_identifier", "replicate_source_db", "s3_import"),
)
_RETIRED_MODES = ("serverless", "parallelquery", "multimaster", "global")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BACKUP = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_MAINTENANCE = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):([0-5]\d)-"
    r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):([0-5]\d)"
)
_DAY, _WEEK, _SHORTEST = 1440, 10080, 30
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_POSTGRESQL_WORDS = {
    *("all", "analyse", "analyze", "and", "any", "array", "as", "asc", "both", "case", "cast"),
    *("check", "column", "constraint", "create", "default", "desc", "distinct", "do", "else"),
    *("end", "except", "false", "for", "foreign", "from", "grant", "group", "having", "in"),
    *("into", "limit", "not", "null", "on", "or", "order", "primary", "references", "select"),
    *("table", "then", "to", "true", "union", "unique", "user", "using", "when", "where", "with"),
}
_ADMINISTRATORS = {"rdsadmin", "rdsrepladmin"}
_POSTGRESQL_USERS = _ADMINISTRATORS | {"admin", "rdstopmgr", "rds_superuser"} | _POSTGRESQL_WORDS
_RESERVED_USERS = {
    "aurora-postgresql": _POSTGRESQL_USERS,
    "postgres": _POSTGRESQL_USERS,
    "aurora-mysql": _ADMINISTRATORS,
    "mysql": _ADMINISTRATORS,
}
_POSTGRESQL = ("aurora-postgresql", "postgres")
_FORBIDDEN_IN_PASSWORD = '/"@ '  # noqa: S105 - characters, not a password
_MIN_PASSWORD = 8
_MAX_PASSWORD = {"mysql": 41, "aurora-mysql": 41, "postgres": 128, "aurora-postgresql": 99}


@resource_rule("rds/parameter-group-settings", *_GROUPS, table=f"parameters: {_DATA['source']}")
def parameter_group_settings(group: Resource) -> Problems:
    """A static parameter is applied immediately (the default), or the family does not exist."""
    family = group.text("family") or ""
    if family and not any(re.fullmatch(pattern, family) for pattern in _DATA["families"]):
        yield group.problem(f"unknown family {family}", variant=1, family=family)
    static = next((v for k, v in _DATA["static"].items() if k in family), ())
    for block in group.blocks("parameter"):
        name = block.text("name")
        if name in static and block.text("apply_method", "immediate") == "immediate":
            yield group.problem(f"{name} is static; apply_method is immediate")


@resource_rule("rds/cluster-settings", *_DATABASES)
def cluster_settings(database: Resource) -> Problems:
    """Windows overlap, the engine mode is retired, or the password has no source."""
    for text, variant in _windows(database):
        yield database.problem(text, variant=variant)
    mode = database.text("engine_mode")
    if mode in _RETIRED_MODES:
        yield database.problem(f"engine_mode {mode} is retired", variant=2, mode=mode)
    given = [name for name in _PASSWORDS if not database.absent(name)]
    managed = database.boolean("manage_master_user_password", default=False)
    restored = not all(database.absent(name) for name in _SOURCES)
    if managed is False and not given and not restored and not database.configuration.planned:
        yield database.problem("no password, and manage_master_user_password is not set", variant=3)


def _windows(database: Resource) -> Iterator[tuple[str, int]]:
    argument = "preferred_backup_window" if "cluster" in database.type else "backup_window"
    backup = database.text(argument) or ""
    argument = argument.replace("backup", "maintenance")
    maintenance = (database.text(argument) or "").lower()
    daily, weekly = _BACKUP.fullmatch(backup), _MAINTENANCE.fullmatch(maintenance)
    if backup and not daily:
        yield f"backup window {backup!r} is not hh:mm-hh:mm", 1
    if maintenance and not weekly:
        yield f"maintenance window {maintenance!r} is not ddd:hh:mm-ddd:hh:mm", 1
    starts = [_minutes(*daily.groups()[:2])] if daily else []
    length = (_minutes(*daily.groups()[2:]) - starts[0]) % _DAY if daily else 0
    begin = _minutes(*weekly.groups()[1:3], day=weekly[1]) if weekly else 0
    span = (_minutes(*weekly.groups()[4:], day=weekly[4]) - begin) % _WEEK if weekly else 0
    if (daily and length < _SHORTEST) or (weekly and span < _SHORTEST):
        yield f"a window is shorter than {_SHORTEST} minutes", 1
    if daily and weekly:
        days = [starts[0] + _DAY * day for day in range(7)]
        if any((b - begin) % _WEEK < span or (begin - b) % _WEEK < length for b in days):
            yield f"backup window {backup} overlaps maintenance window {maintenance}", 0


def _minutes(hour: str, minute: str, *, day: str = "mon") -> int:
    return _DAYS.index(day) * _DAY + int(hour) * 60 + int(minute)


@resource_rule("rds/database-name", *_DATABASES)
def database_name(database: Resource) -> Problems:
    """The name of the initial database is not valid for its engine."""
    argument = "database_name" if database.type == "aws_rds_cluster" else "db_name"
    name = database.text(argument)
    word = database.text("engine") in _POSTGRESQL and (name or "").lower() in _POSTGRESQL_WORDS
    if name and (not _WORD.fullmatch(name) or word):
        yield database.problem(f"{argument} {name!r}")


@resource_rule("rds/master-username", *_DATABASES)
def master_username(database: Resource) -> Problems:
    """The master user's name is reserved, or malformed."""
    name = database.text("master_username") or database.text("username")
    engine = database.text("engine") or ""
    if not name or engine not in _RESERVED_USERS:
        return
    reserved = name.lower() in _RESERVED_USERS[engine]
    if reserved or not _WORD.fullmatch(name):
        reason = "reserved by the engine" if reserved else "malformed"
        yield database.problem(
            f"master user name {name!r} is {reason}", variant=not reserved, name=name
        )


@resource_rule("rds/master-password", *_DATABASES)
def master_password(database: Resource) -> Problems:
    """The master password is too short, too long, or contains a character that is not allowed."""
    limit = _MAX_PASSWORD.get(database.text("engine") or "", 128)
    for argument in _PASSWORDS:
        secret = database.text(argument)
        if not secret:
            continue
        printable = secret.isascii() and secret.isprintable()
        if not printable or any(character in secret for character in _FORBIDDEN_IN_PASSWORD):
            yield database.problem(f"{argument} has a character that is not allowed", limit=limit)
        elif not _MIN_PASSWORD <= len(secret) <= limit:
            text = f"{argument} has {len(secret)} characters, not {_MIN_PASSWORD} to {limit}"
            variant = 1 if len(secret) < _MIN_PASSWORD else 2
            yield database.problem(text, variant=variant, limit=limit)
