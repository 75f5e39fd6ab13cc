"""docs/reliability.md: the rows that were run, and what came of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.faults.row import Row
from tests.faults.rows import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
# Variable with the folder for the results of a session.
RESULTS = "FAULTS_RESULTS"
_INTRODUCTION = """# What happens when something goes wrong

Written by `tox -e faults`, which injects each fault into a command of the harness. After each row
it asserts: exit status and verdict are right; the first error is the cause; no resource, process,
socket or file is left; a run that the command could not destroy stays on record with its state
until `destroy` or `sweep --yes` has removed everything (*kept until removed*); another run, owned
by a living process, is untouched. The quick rows run with every change.
"""


def write_page(results: Path, kills: Sequence[dict[str, Any]]) -> None:
    """Write the page from the results of a complete session."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for path in sorted(results.glob("*.json"), key=lambda path: path.stat().st_mtime):
        result = json.loads(path.read_text())
        found[result["family"], result["fault"], result["phase"]] = result
    PAGE.write_text("\n".join(_lines(found, kills)) + "\n")


def _lines(
    found: Mapping[tuple[str, ...], dict[str, Any]], kills: Sequence[dict[str, Any]]
) -> Iterator[str]:
    yield _INTRODUCTION
    played = [found[_key(row)] for row in ROWS if _key(row) in found]
    held = sum(not each["problems"] for each in played)
    yield f"{len(ROWS)} rows; run: {len(played)}; held: {held}."
    yield from _kill_lines(kills)
    for family, rows in groupby(ROWS, key=lambda row: row.family):
        yield f"\n## {family}\n"
        yield "| Fault | Phase | Exit status | Verdict | Left in the end | Seconds |"
        yield "|---|---|---|---|---|---|"
        for row in rows:
            yield _line(row, found.get(_key(row)))


def _key(row: Row) -> tuple[str, ...]:
    return row.family, row.fault, row.phase


def _line(row: Row, result: dict[str, Any] | None) -> str:
    if result is None:
        return f"| {row.fault} | {row.phase} | | not run here | | |"
    kept = " (kept until removed)" if result["kept"] else ""
    remains = f"a folder `{row.remains}...` of a few kilobytes" if row.remains else "nothing"
    left = "; ".join(result["problems"]) or f"{remains}{kept}"
    cells = (
        row.fault,
        row.phase,
        result["status"],
        result["verdict"],
        left,
        f"{result['seconds']:.0f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _kill_lines(kills: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not kills:
        return
    left = sum(bool(each["left"]) for each in kills)
    phases: dict[str, int] = {}
    for each in kills:
        phases[each["phase"]] = phases.get(each["phase"], 0) + 1
    shown = ", ".join(f"{phase} {count}" for phase, count in sorted(phases.items()))
    yield (
        f"\n`python -m tests.faults kills`: {len(kills)} runs ended by SIGKILL at random moments, "
        f"then `sweep --yes`: {len(kills) - left} with nothing left, {left} with something left. "
        f"Last phase before the kill: {shown}."
    )
