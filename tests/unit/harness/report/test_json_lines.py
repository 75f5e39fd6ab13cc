"""The progress as lines of JSON."""

import io
import json
from typing import Any

from harness.core.redaction import MASK
from harness.report.json_lines import JsonObserver
from harness.run.evidence import Status
from harness.run.timeline import Timeline
from tests.unit.harness.report.samples import FAILED, PASSED, result


def lines(file: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_every_event_is_a_line_with_time_level_and_type() -> None:
    file = io.StringIO()
    observer = JsonObserver(file)
    timeline = Timeline(observer)

    with timeline.phase("apply"):
        observer.resources_planned(1)
        observer.resource_started("aws_vpc.main", "create")
        timeline.resource("aws_vpc.main", "create", 1.5)
        timeline.event("ECS service api", "1 of 2 tasks running")
    observer.check_finished(result(status=Status.FAILED))
    timeline.note("kept")
    observer.finish(FAILED)

    found = lines(file)
    assert [each["type"] for each in found] == [
        "version", "phase_start", "change_summary", "apply_start", "apply_complete", "progress",
        "phase_complete", "check", "log", "diagnostic", "run_summary",
    ]  # fmt: skip
    assert all(each["@timestamp"] and each["@message"] for each in found)
    assert found[4]["seconds"] == 1.5
    assert (found[7]["status"], found[7]["@level"]) == ("failed", "error")
    assert (found[-1]["verdict"], found[-1]["counts"]["failed"]) == ("failed", 1)


def test_a_failed_phase_is_an_error() -> None:
    file = io.StringIO()

    JsonObserver(file).phase_finished("apply", 2.0, failed=True)

    assert lines(file)[-1]["type"] == "phase_errored"
    assert lines(file)[-1]["@level"] == "error"


def test_no_secret_reaches_a_line(secret: str) -> None:
    file = io.StringIO()
    observer = JsonObserver(file)

    observer.note(f"it is {secret}")
    observer.check_finished(result(observed=f"it is {secret}"))

    assert [each["@message"].endswith(MASK) for each in lines(file)[1:]] == [True, True]
    assert lines(file)[2]["observed"] == f"it is {MASK}"


def test_a_closed_pipe_ends_the_lines_and_not_the_run() -> None:
    file = io.StringIO()
    observer = JsonObserver(file)
    file.close()

    observer.note("one")
    observer.finish(PASSED)
