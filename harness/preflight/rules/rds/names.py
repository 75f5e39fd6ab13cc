"""Rules on identifiers, user and password of databases; no finding contains a password."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_DATABASE_TYPES = ("aws_rds_cluster", "aws_db_instance")
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


@resource_rule("rds/database-name", *_DATABASE_TYPES)
def database_name(database: Resource) -> Problems:
    """The name of the initial database is not valid for its engine."""
    argument = "database_name" if database.type == "aws_rds_cluster" else "db_name"
    name = database.text(argument)
    word = database.text("engine") in _POSTGRESQL and (name or "").lower() in _POSTGRESQL_WORDS
    if name and (not _WORD.fullmatch(name) or word):
        yield database.problem(f"{argument} {name!r}")


@resource_rule("rds/master-username", *_DATABASE_TYPES)
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


@resource_rule("rds/master-password", *_DATABASE_TYPES)
def master_password(database: Resource) -> Problems:
    """The master password is too short, too long, or contains a character that is not allowed."""
    limit = _MAX_PASSWORD.get(database.text("engine") or "", 128)
    for argument in ("master_password", "master_password_wo", "password", "password_wo"):
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
