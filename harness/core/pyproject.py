"""Reads the settings of a project in its ``pyproject.toml``."""

import tomllib
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError


def tool_table(path: Path, name: str) -> dict[str, Any]:
    """Return the table ``[tool.catalog-harness.NAME]`` of a file; empty if there is none.

    Raises:
        UsageError: The file cannot be read, or it is no table.
    """
    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    for key in ("tool", "catalog-harness", name):
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [tool.catalog-harness.{name}] is not a table")
    return table
