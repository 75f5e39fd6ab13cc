"""The database schema, created by the first task; idempotent."""

from typing import LiteralString

import psycopg

_LOCK = 0x0CA7A106
"""Key of the advisory lock: any constant that is unique in the database."""

_STATEMENTS: tuple[LiteralString, ...] = (
    """
    CREATE TABLE IF NOT EXISTS products (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sku text NOT NULL CONSTRAINT products_sku_key UNIQUE,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        category text NOT NULL,
        price numeric(12, 2) NOT NULL CHECK (price >= 0),
        currency text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX IF NOT EXISTS products_category_idx ON products (category, id)",
)


async def create_schema(connection: psycopg.AsyncConnection) -> None:
    """Create the missing parts of the schema, in one transaction.

    ``CREATE TABLE IF NOT EXISTS`` alone is not safe when two tasks start at once: both can
    find the table missing, and one fails on the system catalogue's unique index. The advisory
    lock (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS) makes
    the second wait until the first has committed.

    Raises:
        psycopg.Error: A statement failed, or the connection was lost.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for statement in _STATEMENTS:
            await connection.execute(statement)
