"""Names that the configuration must leave alone."""

RESERVED_TAG_KEYS = frozenset({"Project", "EnvironmentSuffix", "ManagedBy", "Name"})

# The reserved key words of PostgreSQL that need no quoting tricks to hit by accident
# (https://www.postgresql.org/docs/16/sql-keywords-appendix.html, "reserved" in PostgreSQL).
_KEY_WORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast
    check collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user default
    deferrable desc distinct do else end except false fetch for foreign freeze from full grant
    group having ilike in initially inner intersect into is isnull join lateral leading left
    like limit localtime localtimestamp natural not notnull null offset on only or order outer
    overlaps placing primary references returning right select session_user similar some
    symmetric system_user table tablesample then to trailing true union unique user using
    variadic verbose when where window with
    """.split()  # noqa: SIM905 - a hundred lines as a list
)

RESERVED_DATABASE_NAMES = _KEY_WORDS | {"postgres", "template0", "template1", "db", "admin"}

# RDS refuses these as "reserved word used by the engine", beside everything in rds* and pg_*
# (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html).
RESERVED_USERNAMES = _KEY_WORDS | {"admin", "administrator", "root", "public", "none"}
