"""One self-contained HTML file per run: no network, no external script or style."""

import base64
import hashlib
import importlib.resources
from collections.abc import Sequence
from functools import cache
from typing import Any

import jinja2

from harness.report import views
from harness.report.diagram import diagram
from harness.report.failures import anchor_of, failures
from harness.report.history import PastRun, flips
from harness.report.model import RunReport
from harness.report.text import duration, visible
from harness.report.timeline import axis, phase_rows, resource_rows


def render_html(report: RunReport, history: Sequence[PastRun] = ()) -> str:
    """Return the report of a run as one HTML document.

    Every text is redacted and escaped. The document's own content security policy forbids
    every request and every script but the one inside, named by its hash: the page shows
    output of other programs and must not run it.
    ``history`` has the last runs of its folder, this one last.
    """
    script = _source("page.html")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        template_environment()
        .get_template("report.html")
        .render(
            report=report,
            services=views.by_service(report.results),
            counts={status: report.count(status) for status in views.ORDER},
            tests=sorted(report.tests, key=lambda test: views.ORDER.index(test.status)),
            failures=failures(report),
            anchor=anchor_of,
            leftovers=views.leftovers_by_service(report),
            diagram=diagram(report),
            wall=duration(views.wall_seconds(report)),
            duration=duration,
            headline=views.headline(report),
            axis=axis(report),
            phases=phase_rows(report),
            resources=resource_rows(report),
            history=list(zip(history, flips(history), strict=True))[::-1],
            style=_source("style.html"),
            script=script,
            script_hash=f"sha256-{digest}",
        )
    )


@cache
def template_environment() -> jinja2.Environment:
    """Return the environment of the templates: every value is redacted and escaped for HTML."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("harness.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )


def _finalize(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _source(name: str) -> str:
    template = importlib.resources.files("harness.report") / "templates" / name
    return template.read_text(encoding="utf-8")
