"""The last runs of a report folder: ``history.jsonl``, one object per run, the newest last.

Each has ``started_at``, ``environment_suffix``, ``target``, ``verdict``, ``seconds``, ``phases``
(lists of name, start and end), ``statuses`` (check or test -> status) and ``report`` (a file name).
"""

import json
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from harness.report.model import RunReport, Verdict
from harness.report.views import wall_seconds
from harness.run.evidence import Status
from harness.settings.settings import HarnessSettings

_FILE = "history.jsonl"
_MOST = 20
_NAMES = frozenset({"started_at", "target", "verdict", "seconds", "phases", "statuses", "report"})
_SETTLED = (Status.PASSED, Status.FAILED)
_RECENT = 5

PastRun = dict[str, Any]


def past_run(report: RunReport, page: str) -> PastRun:
    """Return the entry of a run whose HTML report is in the file ``page``."""
    results = {each.check: each.status for each in report.results}
    return {
        "started_at": report.started_at,
        "environment_suffix": report.environment_suffix,
        "target": report.target,
        "verdict": report.verdict,
        "seconds": round(wall_seconds(report), 1),
        "phases": [
            [each.name, round(each.started, 1), round(each.ended, 1)] for each in report.phases
        ],
        "statuses": results | {test.name: test.status for test in report.tests},
        "report": page,
    }


def read_history(directory: Path) -> list[PastRun]:
    """Return the last runs, the oldest first; a line that is damaged is passed over."""
    try:
        with (directory / _FILE).open(encoding="utf-8") as file:
            lines = deque(file, maxlen=_MOST)
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        with suppress(ValueError):
            found.append(json.loads(line))
    return [each for each in found if isinstance(each, dict) and each.keys() >= _NAMES]


def append_history(directory: Path, entry: PastRun) -> None:
    """Add a run."""
    with (directory / _FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def flips(history: Sequence[PastRun]) -> list[list[str]]:
    """Return for each run what passed and then failed, or failed and then passed, on its target."""
    last: dict[tuple[str, str], str] = {}
    found = []
    for entry in history:
        settled = {n: s for n, s in entry["statuses"].items() if s in _SETTLED}
        before = {
            name: last.get((entry["target"], name), status) for name, status in settled.items()
        }
        found.append([name for name, status in settled.items() if before[name] != status])
        last |= {(entry["target"], name): status for name, status in settled.items()}
    return found


def remaining_time(
    settings: HarnessSettings, *, whole: bool, tests: bool = False
) -> Callable[[str, float], float | None]:
    """Return how long a run will take from now on, by the last ones that passed on its target.

    It is the median, in seconds, for a run whose last phase (the first argument) started so many
    seconds ago (the second one); None without any. Of a ``whole`` run, which ends with a teardown,
    only such runs count, and of a session of pytest (``tests``) only such sessions.
    """
    past = [
        entry
        for entry in read_history(settings.report_dir)
        if entry["target"] == settings.target and entry["verdict"] == Verdict.PASSED
        if whole is any(name == "destroy" for name, _, _ in entry["phases"])
        if tests is any("::" in name for name in entry["statuses"])
    ]

    def remaining(phase: str, elapsed: float) -> float | None:
        rests = [
            entry["seconds"] - started
            for entry in past
            for name, started, _ in entry["phases"]
            if name == phase
        ]
        return max(0.0, median(rests[-_RECENT:]) - elapsed) if rests else None

    return remaining
