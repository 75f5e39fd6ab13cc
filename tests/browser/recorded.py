"""Reports of real runs, as recorded in ``recorded/*.json``, to be rendered anew.

``python -m tests.browser.record`` records them.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

from harness.report.model import RunReport
from harness.run.evidence import CheckResult, Exchange, OwnTest, Plane, Status
from harness.run.timeline import Event, Phase, ResourceTiming

FOLDER = Path(__file__).parent / "recorded"
_EVENTS = 150


def recorded(name: str) -> RunReport:
    """Return the report of a recorded run."""
    values: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    fields = {field.name for field in dataclasses.fields(RunReport)}
    found = {key: value for key, value in values.items() if key in fields}
    kinds: dict[str, Any] = {
        "phases": lambda each: Phase(**each),
        "resources": lambda each: ResourceTiming(**each),
        "events": lambda each: Event(**each),
        "tests": lambda each: OwnTest(**{**each, "status": Status(each["status"])}),
        "results": _result,
    }
    for key, value in found.items():
        if isinstance(value, list):
            found[key] = tuple(map(kinds.get(key, lambda each: each), value))
    found["references"] = {key: tuple(value) for key, value in found["references"].items()}
    return RunReport(**found)


def _result(values: dict[str, Any]) -> CheckResult:
    exchanges = tuple(Exchange(**each) for each in values["exchanges"])
    plane, status = Plane(values["plane"]), Status(values["status"])
    return CheckResult(**{**values, "exchanges": exchanges, "plane": plane, "status": status})


def shortened_report(report: Path) -> str:
    """Return a ``report.json`` without most of its events, to be stored."""
    values = json.loads(report.read_text())
    events = values["events"]
    kept = [each for each in events if each["source"] == "second plan"]
    others = [each for each in events if each["source"] != "second plan"]
    values["events"] = kept + others[:: 1 + len(others) // _EVENTS]
    return json.dumps(values, separators=(",", ":")) + "\n"
