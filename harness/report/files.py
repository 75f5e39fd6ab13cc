"""The reports on disk: ``report.json`` for programs, ``report.html`` for people.

docs/report.md describes ``report.json``; its names are stable.
"""

import json
import os
import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from harness.core.errors import UsageError
from harness.report.history import append_history, past_run, read_history
from harness.report.html import render_html
from harness.report.model import RunReport
from harness.report.text import redacted
from harness.run.evidence import Status

_SCHEMA = 2


def write_report(report: RunReport, directory: Path) -> tuple[Path, ...]:
    """Write ``report.json`` and ``report.html``, each atomically.

    They are the newest report of the directory. Each stays as ``report-SUFFIX-TIME`` too, where
    no other command overwrites it.

    Returns:
        Their paths, and that of the bundle if there is one.

    Raises:
        UsageError: The directory cannot be created or written to.
    """
    own = f"report-{report.environment_suffix}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    history = [*read_history(directory), past_run(report, f"{own}.html")]
    texts = {".json": _to_json(report), ".html": render_html(report, history)}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        paths = tuple(_write(directory / f"report{kind}", text) for kind, text in texts.items())
        for kind, text in texts.items():
            _write(directory / f"{own}{kind}", text)
        append_history(directory, redacted(history[-1]))
    except OSError as error:
        raise UsageError(
            f"cannot write the report to {directory}: {error.strerror or error}",
            remedy="name a writable directory with --report-dir",
        ) from error
    return (*paths, directory / report.bundle) if report.bundle else paths


def _to_json(report: RunReport) -> str:
    counts = {status.value: report.count(status) for status in Status}
    head = {"schema": _SCHEMA, "passed": report.passed, "verdict": report.verdict, "counts": counts}
    return json.dumps(redacted({**head, **asdict(report)}), indent=2) + "\n"


def _write(path: Path, text: str) -> Path:
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
