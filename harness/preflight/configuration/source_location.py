"""The line of a file that declares a resource, for annotations."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.preflight.configuration.nodes import MODULE_PATH
from harness.preflight.configuration.reading import read_text
from harness.preflight.finding import Finding

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')
_HCL = re.compile(
    r'^[^\S\n]*((resource|data|output|module|locals)\b(?:\s+"([^"]*)")?(?:\s+"([^"]*)")?)',
    re.MULTILINE,
)


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
        text = read_text(source)
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._keys: dict[str, list[int]] = {}
        self._blocks: dict[str, int] = {}
        for match in _HCL.finditer(text):
            block = ".".join(filter(None, match.groups()[1:])).removeprefix("resource.")
            self._blocks.setdefault(block, match.start(1))
        key = ""
        for match in _STRING.finditer(text):
            if match[2]:
                key = match[1]
                self._keys.setdefault(key, []).append(match.start())
            elif key == "address":  # in a plan
                self._blocks.setdefault(match[1], match.start())

    def line(self, address: str) -> int:
        """Return the line of an address, from 1; 1 if it is not found."""
        steps = MODULE_PATH.sub("", address, count=1).split(".")
        address = address.replace('"', '\\"')
        steps[0] = "locals" if steps[0] == "local" else steps[0]
        block = ".".join(steps[: {"data": 3, "locals": 1}.get(steps[0], 2)])
        position = self._blocks.get(address, self._blocks.get(block, 0))
        for step in steps if not position else ():
            found = self._keys.get(step, [])
            later = bisect_left(found, position)
            if later == len(found):
                break
            position = found[later]
        return bisect_left(self._newlines, position) + 1


_positions = lru_cache(maxsize=8)(_Positions)
