import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.redaction import MASK
from harness.report.html import render_html
from harness.report.model import RunReport
from harness.report.text import visible
from harness.run.evidence import Status
from harness.run.timeline import Phase, ResourceTiming
from tests.unit.harness.report.samples import FAILED, PASSED, result

HOSTILE = (
    "</td><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\"'--></style></script>{{ 7*7 }}<!-- &lt;"
)


class Page(HTMLParser):
    """The elements, attributes and texts of a document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._open = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._open == "script" else self.texts).append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, found, value in self.attributes if found == name]

    @property
    def text(self) -> str:
        return "".join(self.texts)


def everywhere(text: str) -> RunReport:
    return RunReport(
        *(text,) * 4,
        facts={text: text},
        phases=(Phase(text, 0.0, 1.0),),
        resources=(ResourceTiming(text, text, 0.0, 1.0),),
        results=(result(f"{text}/x", Status.FAILED, text, claim=text),),
        outputs={text: text},
        errors=(text,),
        leftovers=(text,),
        notes=(text,),
    )


def test_every_fact_is_on_the_page() -> None:
    text = Page(render_html(dataclasses.replace(FAILED, outputs={"alb": "alb.example"}))).text

    for fact in (
        "Catalog stack on embedded, eu-north-1",
        "pr123-7f3a",
        "2026-08-02T09:14:07Z",
        "destroy: PreconditionFailed\n  What to do: destroy again",
        "cloudfront: 1",
        "E1A2B3",
        "Teardown proof FAILED: 1 resource left.",
        "s3/lifecycle",
        "exactly one rule",
        "no rule",
        "no capacity is interrupted here",
        "control plane",
        "5.0 s, 50%, failed",
        "alb.example",
        "Checks: 1 failed, 2 passed, 1 not provable. Errors: 1. Left over: 1.",
    ):
        assert fact in text


def test_a_passed_run_is_shown_as_passed() -> None:
    page = Page(render_html(PASSED))

    assert "PASSED: pr123-7f3a on embedded" in page.text
    assert "Teardown proof: zero resources left." in page.text
    assert "the dashboard is not rendered here" in page.text
    assert "create 1 min 00 s (1 min 00 s of it waits), delete 10.0 s" in page.text
    assert "Why it failed" not in page.text
    assert "Left over" not in page.text


def test_a_run_without_checks_is_noted_and_has_no_empty_tables() -> None:
    page = Page(render_html(RunReport("aws", "eu-north-1", "x", "now", errors=("no access",))))

    assert "No check ran." in page.text
    assert "table" not in page.tags


def test_rows_carry_their_status_for_the_filter() -> None:
    page = Page(render_html(FAILED))

    assert page.values("data-status") == ["failed", "passed", "passed", "not provable"]
    assert [v for tag, name, v in page.attributes if (tag, name) == ("input", "value")] == [
        "",
        "failed",
        "passed",
        "not provable",
    ]


def test_without_scripts_every_row_shows_and_the_filter_does_not() -> None:
    page = Page(render_html(FAILED))

    assert [tag for tag, name, _ in page.attributes if name == "hidden"] == ["form"]


def test_the_page_makes_no_requests() -> None:
    page = Page(render_html(FAILED))

    assert all(value.startswith("#") for value in page.values("href"))
    assert page.values("src") == []
    assert not re.search(r"url\(|@import", render_html(FAILED))
    (policy,) = (value for value in page.values("content") if "default-src" in value)
    assert policy.startswith("default-src 'none';")


def test_only_the_script_of_the_page_may_run() -> None:
    page = Page(render_html(PASSED))
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert any(f"script-src 'sha256-{digest}';" in value for value in page.values("content"))


def test_links_lead_to_sections_that_are_there() -> None:
    page = Page(render_html(PASSED))

    assert {value.removeprefix("#") for value in page.values("href")} <= set(page.values("id"))
    assert page.tags.count("h1") == 1


def test_html_in_any_text_stays_text() -> None:
    page = Page(render_html(everywhere(HOSTILE)))

    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    assert page.text.count(HOSTILE) >= 12


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1))
def test_any_observation_is_shown_as_it_was(observed: str) -> None:
    page = Page(render_html(dataclasses.replace(PASSED, results=(result(observed=observed),))))

    assert visible(observed) in page.text


def test_no_secret_reaches_the_page(secret: str) -> None:
    document = render_html(everywhere(f"it is {secret}!"))

    assert "tr0ub4dor" not in document
    assert document.count(f"it is {MASK}!") >= 12


@pytest.mark.parametrize("text", ["\x1b[2J", "\u202e", "\ud800", "\x00"])
def test_control_characters_are_shown_not_obeyed(text: str) -> None:
    document = render_html(everywhere(text))

    document.encode("utf-8")
    assert text not in document
