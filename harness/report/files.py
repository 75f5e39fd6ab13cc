"""The reports on disk: ``report.json`` for programs, ``report.html`` for people.

``report.json`` is one object. Its names are stable: a later version adds names, and raises
``schema`` only when one changes its meaning. Every text is redacted. All times are seconds
since the start of the run, except ``started_at``.

=====================  ====================================================================
``schema``             1
``passed``             boolean: no error, no failed check, nothing left
``counts``             object: "passed", "failed", "not provable" -> number of checks
``target``             name of the target
``region``             AWS region
``environment_suffix`` the run's suffix
``started_at``         ISO 8601 time in UTC
``facts``              object: name -> text
``phases``             list of {name, started, ended, failed}
``resources``          list of {address, action, started, ended}
``results``            list of {check, claim, plane, target, status, observed, seconds}; plane is
                       "data plane" or "control plane", status is a name of ``counts``
``outputs``            object: name -> text
``errors``             list of texts, first cause first
``leftovers``          list of texts: resources that the teardown proof found
``torn_down``          boolean: destroy and teardown proof ran and found nothing
``notes``              list of texts
=====================  ====================================================================
"""

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.report.html import render_html
from harness.report.model import RunReport
from harness.report.text import redacted
from harness.run.evidence import CheckResult, Plane, Status
from harness.run.timeline import Phase, ResourceTiming

_SCHEMA = 1
_PLAIN = ("target", "region", "environment_suffix", "started_at", "facts", "outputs", "torn_down")
_TEXTS = ("errors", "leftovers", "notes")


def write_report(report: RunReport, directory: Path) -> tuple[Path, ...]:
    """Write ``report.json`` and ``report.html``, each atomically; return the paths.

    Raises:
        UsageError: The directory cannot be created or written to.
    """
    safe = redacted(report)
    texts = {"report.json": _to_json(safe), "report.html": render_html(safe)}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return tuple(_write(directory / name, text) for name, text in texts.items())
    except OSError as error:
        raise UsageError(
            f"cannot write the report to {directory}: {error.strerror or error}",
            remedy="name a writable directory with --report-dir",
        ) from error


def read_report(path: Path) -> RunReport:
    """Read a ``report.json`` (or the one in a directory) back; unknown names are ignored.

    Raises:
        UsageError: There is no such file, or this version cannot read it.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        return _from_json(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(
            f"cannot read the report {file}: {error.strerror or error}",
            remedy="name the report.json of an earlier run, or its directory",
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{file} is not a readable report: {type(error).__name__}: {error}",
            remedy="name a report.json that this version of the harness wrote",
        ) from error


def _to_json(report: RunReport) -> str:
    counts = {status.value: report.count(status) for status in Status}
    head = {"schema": _SCHEMA, "passed": report.passed, "counts": counts}
    return json.dumps({**head, **asdict(report)}, indent=2) + "\n"


def _from_json(found: dict[str, Any]) -> RunReport:
    if found["schema"] != _SCHEMA:
        raise ValueError(f"schema {found['schema']!r} instead of {_SCHEMA}")
    values: dict[str, Any] = {name: found[name] for name in _PLAIN}
    values |= {name: tuple(found[name]) for name in _TEXTS}
    values |= {
        name: tuple(build(item) for item in found[name]) for name, build in _BUILDERS.items()
    }
    return RunReport(**values)


def _phase(item: dict[str, Any]) -> Phase:
    return Phase(item["name"], item["started"], item["ended"], failed=item["failed"])


def _timing(item: dict[str, Any]) -> ResourceTiming:
    return ResourceTiming(item["address"], item["action"], item["started"], item["ended"])


def _result(item: dict[str, Any]) -> CheckResult:
    return CheckResult(
        check=item["check"],
        claim=item["claim"],
        plane=Plane(item["plane"]),
        target=item["target"],
        status=Status(item["status"]),
        observed=item["observed"],
        seconds=item["seconds"],
    )


_BUILDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "phases": _phase,
    "resources": _timing,
    "results": _result,
}


def _write(path: Path, text: str) -> Path:
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
