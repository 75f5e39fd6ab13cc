"""The progress of a run as lines of JSON, in the form of ``terraform apply -json``.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
import threading
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, TextIO

from harness.report.model import RunReport
from harness.report.text import duration, one_line, redacted
from harness.report.views import headline
from harness.run.evidence import CheckResult, Status
from harness.run.timeline import Observer

_UI = "1.0"  # raised when a field changes its meaning


class JsonObserver(Observer):
    """Writes an object for each event of a run; when the file is closed, it stops writing."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._closed = False
        product = version("catalog-harness")
        self._write("version", f"catalog-harness {product}", catalog_harness=product, ui=_UI)

    def _write(self, kind: str, message: str, *, level: str = "info", **values: Any) -> None:
        head = {
            "@level": level,
            "@message": one_line(message),
            "@module": "catalog_harness.ui",
            "@timestamp": datetime.now(UTC).isoformat(timespec="microseconds"),
            "type": kind,
        }
        line = json.dumps(redacted({**head, **values}))
        with self._lock:
            try:
                if not self._closed:
                    self._file.write(f"{line}\n")
                    self._file.flush()
            except (OSError, ValueError):
                self._closed = True

    def phase_started(self, name: str) -> None:
        """Write ``phase_start``."""
        self._write("phase_start", f"{name}: started", phase=name)

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        """Write ``phase_complete`` or ``phase_errored``."""
        kind, level = ("phase_errored", "error") if failed else ("phase_complete", "info")
        message = f"{name}: {'failed' if failed else 'done'} after {duration(seconds)}"
        self._write(kind, message, level=level, phase=name, seconds=seconds)

    def resources_planned(self, count: int) -> None:
        """Write ``change_summary``."""
        self._write("change_summary", f"{count} resources to change", changes=count)

    def resource_started(self, address: str, action: str) -> None:
        """Write ``apply_start``."""
        self._write("apply_start", f"{address}: {action}", address=address, action=action)

    def resource_finished(self, address: str, action: str, seconds: float) -> None:
        """Write ``apply_complete``."""
        message = f"{address}: {action} done after {duration(seconds)}"
        self._write("apply_complete", message, address=address, action=action, seconds=seconds)

    def check_finished(self, result: CheckResult) -> None:
        """Write ``check``."""
        level = "error" if result.status is Status.FAILED else "info"
        values = asdict(replace(result, exchanges=()))
        message = f"{result.check}: {result.status}: {result.observed}"
        self._write("check", message, level=level, **values)

    def event(self, source: str, text: str) -> None:
        """Write ``progress``."""
        self._write("progress", f"{source}: {text}", source=source, text=text)

    def note(self, text: str) -> None:
        """Write ``log``."""
        self._write("log", text)

    def finish(self, report: RunReport) -> None:
        """Write a ``diagnostic`` for each error, and the ``run_summary``."""
        for error in report.errors:
            self._write("diagnostic", error, level="error", severity="error", detail=error)
        counts = {str(status): report.count(status) for status in Status}
        self._write(
            "run_summary",
            headline(report),
            level="info" if report.passed else "error",
            verdict=report.verdict,
            counts=counts,
            environment_suffix=report.environment_suffix,
        )
