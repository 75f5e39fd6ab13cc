"""The reports on disk: ``report.json`` for programs, ``report.html`` for people.

``report.json`` is one object. Its names are stable: a later version adds names, and raises
``schema`` only when one changes its meaning. Every text is redacted. All times are seconds
since the start of the run, except ``started_at``.

=====================  ====================================================================
``schema``             1
``passed``             boolean: whether ``verdict`` is "passed"
``verdict``            "passed", "failed", "interrupted" or "nothing proved"
``counts``             object: "passed", "failed", "not provable" -> number of checks
``target``             name of the target
``region``             AWS region
``environment_suffix`` the run's suffix
``started_at``         ISO 8601 time in UTC
``facts``              object: name -> text (Terraform version, emulator, database, ...)
``phases``             list of {name, started, ended, failed} by start; some overlap
``resources``          list of {address, action, started, ended}
``results``            list of {check, claim, plane, target, status, observed, seconds}; plane is
                       "data plane" or "control plane", status is a name of ``counts``
``outputs``            object: name -> text, without secrets
``errors``             list of texts, first cause first
``leftovers``          list of texts: resources that the teardown proof found
``torn_down``          boolean: destroy and teardown proof ran and found nothing
``teardown``           text: how the teardown ended
``interrupted``        boolean: Ctrl-C or a signal ended the run early
``proved``             boolean: something was proved, or nothing had to be
``bundle``             name of a zip beside the report with the files about a failure; or empty
``notes``              list of texts (kept stack, tiers not deployed, ...)
=====================  ====================================================================
"""

import json
import os
import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from harness.core.errors import UsageError
from harness.report.html import render_html
from harness.report.model import RunReport
from harness.report.text import redacted
from harness.run.evidence import Status

_SCHEMA = 1


def write_report(report: RunReport, directory: Path) -> tuple[Path, ...]:
    """Write ``report.json`` and ``report.html``, each atomically.

    They are the newest report of the directory. Each stays as ``report-SUFFIX-TIME`` too, where
    no other command overwrites it.

    Returns:
        Their paths, and that of the bundle if there is one.

    Raises:
        UsageError: The directory cannot be created or written to.
    """
    safe = redacted(report)
    texts = {".json": _to_json(safe), ".html": render_html(safe)}
    own = f"report-{safe.environment_suffix}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        paths = tuple(_write(directory / f"report{kind}", text) for kind, text in texts.items())
        for kind, text in texts.items():
            _write(directory / f"{own}{kind}", text)
    except OSError as error:
        raise UsageError(
            f"cannot write the report to {directory}: {error.strerror or error}",
            remedy="name a writable directory with --report-dir",
        ) from error
    return (*paths, directory / report.bundle) if report.bundle else paths


def _to_json(report: RunReport) -> str:
    counts = {status.value: report.count(status) for status in Status}
    head = {"schema": _SCHEMA, "passed": report.passed, "verdict": report.verdict, "counts": counts}
    return json.dumps({**head, **asdict(report)}, indent=2) + "\n"


def _write(path: Path, text: str) -> Path:
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
