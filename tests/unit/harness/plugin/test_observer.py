"""The progress of a deployment in a session of pytest."""

import io
import time
from pathlib import Path

import pytest

from harness.plugin.observer import _plain_observer
from harness.report.history import append_history, past_run
from harness.report.progress import ConsoleObserver
from harness.settings.settings import HarnessSettings
from tests.unit.harness.report.samples import PASSED

SESSION = {**past_run(PASSED, ""), "seconds": 305.0, "statuses": {"test_a.py::test_b": "passed"}}


@pytest.mark.parametrize("keep", [False, True])
def test_the_heartbeat_has_the_state_of_targets_and_the_remaining_time_of_earlier_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    append_history(tmp_path, SESSION)
    monkeypatch.setattr(
        "harness.plugin.observer.ConsoleObserver",
        lambda console, **given: ConsoleObserver(console, heartbeat=0.01, **given),
    )
    settings, file = HarnessSettings(report_dir=tmp_path, keep_stack=keep), io.StringIO()
    observer = _plain_observer(file, 200, settings)
    assert isinstance(observer, ConsoleObserver)

    with observer:
        observer.phase_started("apply")
        observer.event("service api", "1 of 2 targets healthy")
        while "1 of 2 targets" not in (shown := file.getvalue()):
            time.sleep(0.01)

    assert ("about 5 min 00 s left, by earlier runs" in shown) is not keep
