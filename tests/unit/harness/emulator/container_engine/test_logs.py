import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.emulator.container_engine.logs import (
    ContainerLog,
    LogEntry,
    LogQuery,
    docker_time,
    frame,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ContainerLog]:
    log = ContainerLog(tmp_path / "container.log")
    yield log
    log.remove()


async def read(log: ContainerLog, query: LogQuery) -> list[str]:
    return [entry.text async for entry in log.read(query)]


def piped(*chunks: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return reader


async def test_output_is_recorded_line_by_line(log: ContainerLog) -> None:
    await log.copy(piped(b"one\ntw", b"o\nthree"), "stdout")
    assert await read(log, LogQuery()) == ["one\n", "two\n", "three"]


async def test_a_very_long_line_is_recorded_in_pieces(log: ContainerLog) -> None:
    await log.copy(piped(b"x" * 40_000), "stdout")
    pieces = await read(log, LogQuery())
    assert len(pieces) > 1
    assert "".join(pieces) == "x" * 40_000


async def test_invalid_utf_8_is_replaced(log: ContainerLog) -> None:
    await log.copy(piped(b"\xff\n"), "stderr")
    assert await read(log, LogQuery()) == ["\ufffd\n"]


@pytest.mark.parametrize(
    ("tail", "texts"), [(0, []), (1, ["b"]), (3, ["a", "b"]), (None, ["a", "b"])]
)
async def test_the_tail_is_the_last_lines(
    log: ContainerLog, tail: int | None, texts: list[str]
) -> None:
    log.write("stdout", "a")
    log.write("stdout", "b")
    assert await read(log, LogQuery(tail=tail)) == texts


async def test_lines_are_selected_by_time(log: ContainerLog) -> None:
    log.write("stdout", "a")
    [entry] = [entry async for entry in log.read(LogQuery())]
    assert await read(log, LogQuery(since=entry.time, until=entry.time)) == ["a"]
    assert await read(log, LogQuery(since=entry.time + 1)) == []
    assert await read(log, LogQuery(until=entry.time - 1)) == []


async def test_a_follower_receives_new_lines_and_ends_with_the_container(
    log: ContainerLog,
) -> None:
    log.container_started()
    lines = log.read(LogQuery(follow=True))
    log.write("stdout", "first")
    assert (await anext(lines)).text == "first"
    second = asyncio.ensure_future(anext(lines))
    await asyncio.sleep(0)
    log.write("stdout", "second")
    assert (await second).text == "second"
    log.write("stdout", "last line")
    log.container_ended()
    assert [entry.text async for entry in lines] == ["last line"]


async def test_removal_ends_followers_and_ignores_later_lines(
    log: ContainerLog, tmp_path: Path
) -> None:
    log.container_started()
    following = asyncio.create_task(read(log, LogQuery(follow=True)))
    await asyncio.sleep(0)
    log.remove()
    log.write("stdout", "too late")
    assert await following == []
    assert not list(tmp_path.iterdir())


def test_a_frame_contains_stream_length_and_text() -> None:
    entry = LogEntry(0.0, "stderr", "ä\n")
    assert frame(entry) == b"\x02\x00\x00\x00\x00\x00\x00\x03\xc3\xa4\n"
    assert frame(entry, timestamps=True)[8:].startswith(b"1970-01-01T00:00:00.000000000Z ")


def test_times_are_rfc_3339_in_utc() -> None:
    assert docker_time(1_700_000_000.25) == "2023-11-14T22:13:20.250000000Z"
