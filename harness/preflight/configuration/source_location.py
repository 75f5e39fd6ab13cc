"""The line of a file that declares a resource, for annotations."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.preflight.finding import Finding

_MODULE = re.compile(r"^(?:module\.[^.]+\.)+")


@dataclass(frozen=True)
class Location:
    """A line of a file.

    Attributes:
        path: The file, relative to the working directory if it is below it.
        line: Line number, from 1.
    """

    path: str
    line: int


def location_of(finding: Finding) -> Location | None:
    """Return where the resource of a finding is declared; None if it has no file."""
    source = Path(finding.source)
    if not finding.source or not source.is_file():
        return None
    position = _position(_text(source), finding.address)
    line = _text(source).count("\n", 0, position) + 1
    absolute = source.resolve()
    here = Path.cwd()
    path = absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
    return Location(path.as_posix(), line)


@lru_cache(maxsize=8)
def _text(source: Path) -> str:
    return source.read_text(encoding="utf-8")


def _position(text: str, address: str) -> int:
    """Return the position of an address in a configuration or a plan; 0 if not found."""
    planned = re.search(rf'"address"\s*:\s*{re.escape(_quoted(address))}', text)
    if planned:
        return planned.start()
    steps = _MODULE.sub("", address).removeprefix("data.").split(".")
    names = r"\s+".join(map(re.escape, map(_quoted, steps[:2])))
    if block := re.search(rf"^\s*(?:resource|data)\s+{names}", text, re.MULTILINE):  # HCL
        return block.start() + len(block[0]) - len(block[0].lstrip())
    position = 0
    for step in steps:
        found = re.compile(rf"{re.escape(_quoted(step))}\s*:").search(text, position)
        if found is None:
            return position
        position = found.start()
    return position


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
