"""How a report is written: for people, for programs, for code scanning, for GitHub."""

from collections.abc import Callable, Mapping

from harness.preflight.formats.github import github
from harness.preflight.formats.plain_json import as_json
from harness.preflight.formats.sarif import sarif
from harness.preflight.formats.table import table
from harness.preflight.report import Report

__all__ = ["FORMATS"]

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": table,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
"""Name of a format -> what writes a report in it."""
