"""The line of a file that declares a resource, for annotations."""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.preflight.finding import Finding

_MODULE = re.compile(r"^(?:module\.[^.]+\.)+")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')
_HCL = re.compile(r'^[^\S\n]*((?:resource|data)\s+"([^"]*)"\s+"([^"]*)")', re.MULTILINE)


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
    line = _positions(source).line(finding.address)
    absolute = source.resolve()
    here = Path.cwd()
    path = absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
    return Location(path.as_posix(), line)


class _Positions:
    """Where the file of a configuration or a plan has its blocks, addresses and keys."""

    def __init__(self, source: Path) -> None:
        text = source.read_text(encoding="utf-8")
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._blocks = {f"{m[2]}.{m[3]}": m.start(1) for m in _HCL.finditer(text)}
        self._keys: dict[str, list[int]] = defaultdict(list)
        key = ""
        for match in _STRING.finditer(text):
            if match[2]:
                key = match[1]
                self._keys[key].append(match.start())
            elif key == "address":  # in a plan
                self._blocks.setdefault(match[1], match.start())

    def line(self, address: str) -> int:
        """Return the line of an address, from 1; 1 if it is not found."""
        steps = _MODULE.sub("", address).removeprefix("data.").replace('"', '\\"').split(".")
        planned = self._blocks.get(address.replace('"', '\\"'))
        position = self._blocks.get(".".join(steps[:2]), 0) if planned is None else planned
        for step in steps if not position else ():
            later = bisect_left(self._keys[step], position)
            if later == len(self._keys[step]):
                break
            position = self._keys[step][later]
        return bisect_left(self._newlines, position) + 1


_positions = lru_cache(maxsize=8)(_Positions)
