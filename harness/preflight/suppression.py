"""Suppressions: findings that a project accepts, each with its reason."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.core.pyproject import tool_table
from harness.preflight.configuration import PreflightInputError
from harness.preflight.finding import Finding

_EXAMPLE = """example:
  [[tool.catalog-harness.preflight.suppress]]
  rule = "s3/bucket-without-force-destroy"
  address = "aws_s3_bucket.archive"
  reason = "the archive outlives the environment on purpose\""""


@dataclass(frozen=True)
class Suppression:
    """One entry of ``suppress``.

    Attributes:
        address: Resource address; ``*`` and ``?`` stand for anything, as in file names.
    """

    rule: str
    address: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Return whether it matches a finding."""
        return finding.rule == self.rule and fnmatchcase(finding.address, self.address)


def load_suppressions(pyproject: Path) -> tuple[Suppression, ...]:
    """Read the suppressions of a ``pyproject.toml``; none if the file does not exist.

    Raises:
        UsageError: The file cannot be read.
        PreflightInputError: An entry lacks rule, address or reason.
    """
    entries = tool_table(pyproject, "preflight").get("suppress", [])
    if not isinstance(entries, list):
        raise PreflightInputError(f"{pyproject}: suppress is not a list", remedy=_EXAMPLE)
    return tuple(_entry(entry, pyproject) for entry in entries)


def _entry(entry: Any, pyproject: Path) -> Suppression:
    names = ("rule", "address", "reason")
    values = [entry.get(name) for name in names] if isinstance(entry, dict) else []
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if len(texts) != len(names) or set(entry) != set(names):
        raise PreflightInputError(
            f"{pyproject}: a suppression needs exactly rule, address and reason, each a text that "
            f"is not empty; found {entry!r}",
            remedy=_EXAMPLE,
        )
    return Suppression(*texts)
