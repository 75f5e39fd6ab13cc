"""Why a run failed: for each failure what was observed around it, and what to do next."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from harness.core.redaction import redact
from harness.report.model import RunReport
from harness.run.evidence import CheckResult, Exchange, Status
from harness.run.timeline import Event
from harness.terraform.services import service_of

SECOND_PLAN = "second plan"
_LOG = "log "  # how the sources of task logs begin
_BEFORE, _AFTER = 10.0, 5.0  # seconds around a check
_MOST_EVENTS = 60
_MOST_RESOURCES = 8
# Services of checks that are not named as AWS names the service.
_SERVICES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_KEPT = "to repeat it on a stack that stays: `catalog-harness deploy`, then"


@dataclass(frozen=True)
class Failure:
    """One failure, and what explains it.

    Attributes:
        anchor: Id of its part of the page.
        events: What happened around that time: ECS services, tasks, targets.
        resources: Address -> planned configuration, of the resources that it is about.
        changes: What a plan after the deployment would change; None: there was no such plan.
    """

    anchor: str
    title: str
    text: str
    events: tuple[Event, ...]
    logs: tuple[Event, ...]
    exchanges: tuple[Exchange, ...] = ()
    resources: dict[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] | None = None
    advice: tuple[str, ...] = ()


def failures(report: RunReport) -> tuple[Failure, ...]:
    """Return the errors of a run, first cause first, then its failed checks and tests."""
    found: dict[str, Failure] = {}
    for failure in _failures(report):
        again = sum(each.title == failure.title for each in found.values())
        anchor = failure.anchor + (f"-{again + 1}" if again else "")
        found[anchor] = replace(failure, anchor=anchor)
    return tuple(found.values())


def anchor_of(check: str) -> str:
    """Return the id of the part of the page that explains a failed check or test."""
    return "why-" + re.sub(r"[^A-Za-z0-9-]", "-", redact(check))


def service_of_check(check: str) -> str:
    """Return the AWS service that a check is about: ``alb/targets-healthy`` -> "elbv2"."""
    word = check.partition("/")[0]
    return str(_SERVICES.get(word, word))


def _failures(report: RunReport) -> Iterator[Failure]:
    failed = [phase for phase in report.phases if phase.failed]
    for number, text in enumerate(report.errors):
        phase = failed[number] if number < len(failed) else None
        window = (phase.started, phase.ended + _AFTER) if phase else (0.0, float("-inf"))
        named = [each for each in report.references if each in text]
        ended = "interrupted" if report.interrupted and number == 0 else "failed"
        yield Failure(
            f"why-error-{number}",
            f"{phase.name} {ended}" if phase else "error of the run",
            text,
            *_around(report, *window),
            resources=_resources(report, text, named),
        )
    for result in report.results:
        if result.status is Status.FAILED:
            yield _of_check(report, result)
    for test in report.tests:
        if test.status is Status.FAILED:
            yield Failure(
                anchor_of(test.name),
                test.name,
                test.output,
                *_around(report, 0.0, float("inf")),
                changes=_changes(report),
                advice=(f"{_KEPT} `pytest --catalog-reuse-stack '{test.name}'`",),
            )


def _of_check(report: RunReport, result: CheckResult) -> Failure:
    started = _seconds(report, result.started_at)
    events, logs = _around(report, started - _BEFORE, started + result.seconds + _AFTER)
    service = service_of_check(result.check)
    about = [address for address in report.references if service_of(address) == service]
    changes = _changes(report)
    text = f"expected: {result.claim}\nobserved: {result.observed}"
    # A session of pytest may have checks of its own, which no other command has.
    again = "pytest --catalog-reuse-stack --last-failed"
    advice = [
        f"{_KEPT} `{again if report.tests else f'catalog-harness check --only {result.check}'}`"
    ]
    if any(change.startswith(address) for change in changes or () for address in about):
        advice.insert(
            0, "someone or something changed it after apply: apply again, or find out who"
        )
    elif events or logs:
        advice.insert(0, "read below what the tasks logged and what ECS reported at that time")
    return Failure(
        anchor_of(result.check),
        result.check,
        text,
        events,
        logs,
        result.exchanges,
        _resources(report, text, about),
        changes,
        tuple(advice),
    )


def _resources(report: RunReport, text: str, addresses: list[str]) -> dict[str, str]:
    """Return address -> planned configuration; those that the text names come first."""
    ordered = sorted(addresses, key=lambda address: address not in text)[:_MOST_RESOURCES]
    blocks = report.configuration
    return {each: json.dumps(blocks[each], indent=2) for each in ordered if each in blocks}


def _around(
    report: RunReport, first: float, last: float
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Return events and logs of that time; without any, the last ones before its end."""

    def around(*, logs: bool) -> tuple[Event, ...]:
        found = [each for each in before if each.source.startswith(_LOG) is logs]
        return tuple(([each for each in found if each.at >= first] or found)[-_MOST_EVENTS:])

    before = [each for each in report.events if each.source != SECOND_PLAN and each.at <= last]
    return around(logs=False), around(logs=True)


def _changes(report: RunReport) -> tuple[str, ...] | None:
    if not any(phase.name == SECOND_PLAN and not phase.failed for phase in report.phases):
        return None
    return tuple(event.text for event in report.events if event.source == SECOND_PLAN)


def _seconds(report: RunReport, at: str) -> float:
    """Return an ISO 8601 time in seconds since the start of the run; 0 if it is unknown."""
    try:
        after = datetime.fromisoformat(at) - datetime.fromisoformat(report.started_at)
        return after.total_seconds()
    except (ValueError, TypeError):
        return 0.0
