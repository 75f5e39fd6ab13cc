"""The log of a container: a file in the json-file format of Docker, which can be followed."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Stream = Literal["stdout", "stderr"]
# A longer line is recorded in pieces, as by the drivers of Docker.
_LONGEST_LINE = 16 * 1024
_STREAM_NUMBER: dict[Stream, int] = {"stdout": 1, "stderr": 2}


@dataclass(frozen=True)
class LogEntry:
    """One line (with its newline) of one stream."""

    time: float
    stream: Stream
    text: str


@dataclass(frozen=True)
class LogQuery:
    """Selects a part of a log.

    Attributes:
        tail: Number of last lines; None: all.
        since: Earliest time, in seconds since the epoch.
        until: Latest time, in seconds since the epoch; 0: no limit.
        follow: Whether to continue until the container ends.
        timestamps: Whether to prefix each line with its time.
    """

    stdout: bool = True
    stderr: bool = True
    tail: int | None = None
    since: float = 0.0
    until: float = 0.0
    follow: bool = False
    timestamps: bool = False

    def matches(self, entry: LogEntry) -> bool:
        """Whether a line is selected."""
        streams = {"stdout": self.stdout, "stderr": self.stderr}
        in_time = entry.time >= self.since and (not self.until or entry.time <= self.until)
        return streams[entry.stream] and in_time


class ContainerLog:
    """Writer and readers of one container's log file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._running = 0
        self._grown = asyncio.Event()

    def write(self, stream: Stream, text: str) -> None:
        """Append one line and notify the followers."""
        if self._file.closed:
            return
        now = datetime.now(UTC).timestamp()
        self._file.write(json.dumps({"time": now, "stream": stream, "log": text}) + "\n")
        self._notify()

    def note(self, text: str) -> None:
        """Append a line of the engine to standard error."""
        self.write("stderr", f"[engine] {text}\n")

    def container_started(self) -> None:
        """Keep followers waiting for more lines."""
        self._running += 1

    def container_ended(self) -> None:
        """End followers when they have read all lines."""
        self._running -= 1
        self._notify()

    def remove(self) -> None:
        """Delete the file and end followers."""
        self._running = 0
        self._file.close()
        self._path.unlink(missing_ok=True)
        self._notify()

    def tail(self, lines: int = 10) -> str:
        """Return the last lines, for an error message."""
        with self._path.open(encoding="utf-8") as file:
            return "".join(entry.text for entry in deque(_entries(file), maxlen=lines)).strip()

    async def copy(self, reader: asyncio.StreamReader, stream: Stream) -> None:
        """Record the output of a process until the pipe is closed."""
        pending = b""
        while chunk := await reader.read(_LONGEST_LINE):
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                self.write(stream, line.decode(errors="replace") + "\n")
            if len(pending) >= _LONGEST_LINE:
                self.write(stream, pending.decode(errors="replace"))
                pending = b""
        if pending:
            self.write(stream, pending.decode(errors="replace"))

    async def read(self, query: LogQuery) -> AsyncIterator[LogEntry]:
        """Yield the selected lines, oldest first."""
        with self._path.open(encoding="utf-8") as file:
            entries = (entry for entry in _entries(file) if query.matches(entry))
            for entry in deque(entries, maxlen=query.tail):
                yield entry
            while query.follow:
                grown = self._grown
                fresh = [entry for entry in _entries(file) if query.matches(entry)]
                for entry in fresh:
                    yield entry
                if not fresh and self._running <= 0:
                    return
                if not fresh:
                    await grown.wait()

    def _notify(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


def frame(entry: LogEntry, *, timestamps: bool = False) -> bytes:
    """Return a line in the format of the multiplexed stream of the Docker API.

    Eight bytes (stream, three zeros, length in network order), then the text: see "Stream format"
    at https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
    """
    text = f"{docker_time(entry.time)} {entry.text}" if timestamps else entry.text
    payload = text.encode()
    return bytes([_STREAM_NUMBER[entry.stream], 0, 0, 0]) + len(payload).to_bytes(4) + payload


def docker_time(seconds: float) -> str:
    """Return seconds since the epoch in RFC 3339, in UTC, in the format of Docker."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def _entries(lines: Iterator[str]) -> Iterator[LogEntry]:
    for line in lines:
        fields = json.loads(line)
        yield LogEntry(fields["time"], fields["stream"], fields["log"])
