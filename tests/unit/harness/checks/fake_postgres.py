"""PostgreSQL below psycopg: the rows of the fake catalog, and refused connections."""

from typing import Any

import psycopg

from tests.unit.harness.checks.fake_http import ADDED, NEW_IDS

_REFUSED = 'connection failed: connection to server at "127.0.0.2", port 5432 failed: FATAL:  {}'


class FakePostgres:
    """Stands in for ``psycopg.connect``; each attribute makes it incorrect in one way."""

    def __init__(self, password: str, products: dict[str, dict[str, Any]]) -> None:
        self.password = password
        self.products = products
        self.version = "16.8"
        self.tls: str | None = "TLSv1.3"
        self.accepts_any_password = False
        self.accepts_plain_text = False
        self.reachable = True
        self.connections: list[dict[str, Any]] = []

    def connect(self, **parameters: Any) -> "FakeConnection":
        self.connections.append(parameters)
        if not self.reachable:
            raise psycopg.OperationalError("connection failed: Connection refused")
        if parameters["sslmode"] == "disable" and not self.accepts_plain_text:
            raise psycopg.OperationalError(
                _REFUSED.format('no pg_hba.conf entry for host "127.0.0.1", no encryption')
            )
        if parameters["password"] != self.password and not self.accepts_any_password:
            raise psycopg.OperationalError(
                _REFUSED.format(f'password authentication failed for user "{parameters["user"]}"')
            )
        return FakeConnection(self, parameters["user"])

    def run(self, statement: str, values: dict[str, str], user: str) -> list[tuple[Any, ...]]:
        """Run the statements of the checks, parameters by name."""
        if "pg_stat_ssl" in statement:
            return [(self.version, self.tls is not None, self.tls, user)]
        if "current_user" in statement:
            return [(user, self.version)]
        if statement.startswith("INSERT"):
            row = {"id": next(NEW_IDS), **ADDED, **values}
            self.products[values["sku"]] = row
            return []
        if statement.startswith("DELETE"):
            self.products.pop(values["sku"], None)
            return []
        found = self.products.get(values["sku"])
        columns = ("sku", "name", "description", "category", "price", "currency")
        return [tuple(found[column] for column in columns)] if found else []


class FakeConnection:
    def __init__(self, server: FakePostgres, user: str) -> None:
        self._server = server
        self._user = user

    def __enter__(self) -> "FakeConnection":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def close(self) -> None:
        return None

    def execute(self, statement: str | bytes, values: dict[str, str] | None = None) -> "Cursor":
        text = statement.decode() if isinstance(statement, bytes) else statement
        assert ":" not in text, "psycopg's parameters are %(name)s"
        rows = self._server.run(text, values or {}, self._user)
        return Cursor(rows, returns=text.startswith("SELECT"))


class Cursor:
    def __init__(self, rows: list[tuple[Any, ...]], *, returns: bool) -> None:
        self._rows = rows
        self.description = [("column",)] if returns else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...]:
        return self._rows[0]
