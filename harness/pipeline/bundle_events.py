"""Reads from the bundle of a failed run what happened, with the time of each event."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.run.timeline import Event
from harness.terraform.configuration import CONFIGURATION

_LONGEST = 2000  # characters of one event
_MOST = 1000  # events of one file: the last ones
_COPY = "configuration.tf.json"


def read_configuration(directory: Path) -> Mapping[str, Any]:
    """Return the synthesized configuration in a working directory or a bundle; {} for none."""
    for name in (CONFIGURATION, _COPY):
        try:
            found: Mapping[str, Any] = json.loads((directory / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return found
    return {}


def bundle_events(directory: Path, started_at: str) -> tuple[Event, ...]:
    """Return ECS events, stopped tasks, task logs and target health, in chronological order.

    What could not be read when the bundle was saved, or is damaged, is left out.

    Args:
        directory: The folder of the bundle.
        started_at: Start of the run: ISO 8601 time.
    """
    start = datetime.fromisoformat(started_at)
    readers: dict[str, Callable[[Path], Iterator[tuple[str, str, str]]]] = {
        "ecs-*.json": _ecs,
        "tasks-*.log": _logs,
        "target-health.json": _target_health,
    }
    events: list[Event] = []
    for pattern, read in readers.items():
        for path in sorted(directory.glob(pattern)):
            try:
                found = [
                    Event((_time(at) - start).total_seconds(), source, text[:_LONGEST])
                    for at, source, text in read(path)
                ]
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
            events += found[-_MOST:]
    return tuple(sorted(events, key=lambda event: event.at))


def _ecs(path: Path) -> Iterator[tuple[str, str, str]]:
    found = json.loads(path.read_text(encoding="utf-8"))
    for service in found["services"]:
        for event in service.get("events", ()):
            yield event["createdAt"], f"ECS service {service['serviceName']}", event["message"]
    for task in found["tasks"]:
        if "stoppedAt" in task:
            parts = [task.get("stopCode", ""), task.get("stoppedReason", "")]
            parts += [
                f"container {each['name']}: exit status {each['exitCode']} {each.get('reason', '')}"
                for each in task.get("containers", ())
                if each.get("exitCode")
            ]
            number = task["taskArn"].rpartition("/")[2]
            yield task["stoppedAt"], f"ECS task {number}", f"stopped: {'; '.join(parts).strip()}"


def _logs(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each line, ``TIME MESSAGE`` below ``== STREAM``; one without a time goes on."""
    stream, at = "", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        head, _, text = line.partition(" ")
        if head == "==":
            stream, at = text, ""
        elif head[:4].isdigit() and head.endswith("Z"):
            at = head
            yield at, f"log {stream}", text
        elif at:
            yield at, f"log {stream}", line


def _target_health(path: Path) -> Iterator[tuple[str, str, str]]:
    saved = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
    for group, targets in json.loads(path.read_text(encoding="utf-8")).items():
        for target in targets:
            health = target["TargetHealth"]
            parts = (health["State"], health.get("Reason", ""), health.get("Description", ""))
            yield saved, f"target group {group}", f"{_name(target)} {' '.join(parts)}".strip()


def _name(target: Mapping[str, Any]) -> str:
    return f"{target['Target']['Id']}:{target['Target'].get('Port', '')}"


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
