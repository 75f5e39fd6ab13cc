"""The table of ``docs/performance.md``, between two markers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

PAGE = Path("docs/performance.md")
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Row:
    """What was measured of one tool.

    Attributes:
        name: Its name.
        wall: Seconds of a whole run.
        cpu: CPU seconds of it.
        memory: Its peak memory in bytes.
        errors: Numbers of the mistakes that it reports as errors before a deployment.
        warnings: Numbers of those that it only warns of.
        left: Resources that are left after SIGTERM; None: not measured.
    """

    name: str
    wall: float
    cpu: float
    memory: int
    errors: Sequence[int]
    warnings: Sequence[int]
    left: int | None


def save(rows: Sequence[Row], path: Path) -> None:
    """Save rows as JSON."""
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def load(path: Path) -> list[Row]:
    """Return the rows of a file, none if it does not exist."""
    if not path.exists():
        return []
    known = {entry.name for entry in fields(Row)}
    saved: list[Mapping[str, Any]] = json.loads(path.read_text())
    return [Row(**{name: row[name] for name in known}) for row in saved]


def table(rows: Sequence[Row]) -> str:
    """Return the rows in Markdown; wall, CPU and memory relative to the first."""
    lines = [
        "| | wall | CPU | peak memory | mistakes found, of six | left after SIGTERM |",
        "|---|---|---|---|---|---|",
    ]
    base = rows[0]
    for row in rows:
        cells = (
            row.name,
            f"{row.wall / base.wall:.2f}",
            f"{row.cpu / base.cpu:.2f}",
            f"{row.memory / base.memory:.2f}",
            _mistakes(row),
            "not measured" if row.left is None else f"{row.left} resources",
        )
        lines.append(f"| {' | '.join(cells)} |")
    seconds, memory = f"{base.wall:.0f} s", f"{base.memory / _MIB:.0f} MiB"
    lines += ["", f"1.00 is {seconds}, {base.cpu:.0f} s of CPU and {memory}."]
    return "\n".join(lines)


def write(rows: Sequence[Row], facts: Sequence[str], page: Path = PAGE) -> None:
    """Replace the table of the page.

    Raises:
        ValueError: The page has no markers.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no lines {BEGIN} and {END}")
    text = "\n".join([table(rows), *facts])
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def _mistakes(row: Row) -> str:
    warned = f", {len(row.warnings)} more as a warning" if row.warnings else ""
    return f"{len(row.errors)}{warned}"
