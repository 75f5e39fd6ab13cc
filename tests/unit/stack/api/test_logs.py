import io
import json
import logging
from collections.abc import Iterator

import pytest

from stack.api.logs import REQUEST_ID, configure_logging


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    # A server that ran in another test of this process may have set a level.
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "level", logging.NOTSET)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    root.handlers = []
    output = io.StringIO()
    configure_logging("INFO", "task-1", output)
    yield output
    root.handlers = handlers
    root.setLevel(level)


def test_a_record_is_one_json_object_on_one_line(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("two\nlines of %s", "text")
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry.pop("ts").endswith("+00:00")
    assert entry == {
        "level": "INFO",
        "logger": "uvicorn.error",
        "message": "two\nlines of text",
        "task_id": "task-1",
    }


def test_fields_of_a_record_are_keys(stream: io.StringIO) -> None:
    logging.getLogger("x").warning("m", extra={"fields": {"status": 503, "odd": {1}}})
    entry = json.loads(stream.getvalue())
    assert (entry["status"], entry["odd"]) == (503, "{1}")


def test_a_record_within_a_request_has_its_id(stream: io.StringIO) -> None:
    token = REQUEST_ID.set("r-1")
    logging.getLogger("x").info("m")
    REQUEST_ID.reset(token)
    assert json.loads(stream.getvalue())["request_id"] == "r-1"


def test_an_exception_is_part_of_its_record(stream: io.StringIO) -> None:
    error = LookupError("lost")
    logging.getLogger("x").error("m", exc_info=error)
    (line,) = stream.getvalue().splitlines()
    assert "LookupError: lost" in json.loads(line)["exception"]


def test_records_below_the_level_are_dropped(stream: io.StringIO) -> None:
    logging.getLogger("x").debug("m")
    assert stream.getvalue() == ""


def test_the_default_is_standard_output(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO", "task-1")
    logging.getLogger("x").info("m")
    assert json.loads(capsys.readouterr().out)["message"] == "m"
