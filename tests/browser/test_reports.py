"""Reports of recorded runs in a real browser: readable, accessible, and without a request."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from harness.report.files import write_report
from harness.run.evidence import OwnTest, Status
from tests.browser.recorded import recorded

RUNS = ("passed", "failed", "image", "interrupted", "leaking")
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1200, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1200, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


@pytest.fixture(scope="session", params=RUNS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML report of a run, in a folder with the history of one before."""
    folder = tmp_path_factory.mktemp(request.param)
    write_report(recorded("passed"), folder)
    return write_report(recorded(request.param), folder)[1].rename(folder / f"{request.param}.html")


@pytest.fixture
def opened(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Any]:
    """Open a page; console messages and requests of it fail the test."""
    contexts, problems = [], []

    def open_page(path: Path, view: str) -> Page:
        context = browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB", **VIEWS[view])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request", lambda sent: problems.append(sent.url) if sent.url != path.as_uri() else None
        )
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.mark.parametrize("view", VIEWS)
def test_it_has_no_finding_of_axe_and_fits_its_window(
    run: Path, view: str, opened: Any, axe: str, pictures: Path | None
) -> None:
    page = opened(run, view)

    # A script of the test: evaluated, because the page's policy forbids every other one.
    found = page.evaluate(f"{axe}; axe.run()")
    assert [
        (each["id"], each["impact"], each["nodes"][0]["html"]) for each in found["violations"]
    ] == []
    width = VIEWS[view]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if pictures is not None:
        page.screenshot(path=pictures / f"report-{run.stem}-{view}.png")


def test_with_the_keyboard_alone_every_control_is_reached_and_visible(
    run: Path, opened: Any
) -> None:
    page = opened(run, "light")
    expected = page.locator("a, summary, input:not([hidden]), [tabindex='0']").count()
    seen = set()
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "(() => { const e = document.activeElement; return e.outerHTML.slice(0, 120); })()"
            )
        )
        visible = page.evaluate(
            "(() => { const e = document.activeElement, b = (e.labels ? e.labels[0] : e) || e;"
            " const r = b.getBoundingClientRect(); return r.width > 0 && r.height > 0; })()"
        )
        assert visible
    assert len(seen) > 3


def test_times_are_in_the_zone_of_the_reader(run: Path, opened: Any) -> None:
    moment = opened(run, "light").locator("header time")

    assert moment.get_attribute("title") == moment.get_attribute("datetime")
    assert moment.inner_text() != moment.get_attribute("datetime")


def test_why_a_check_failed_is_one_click_away(opened: Any, tmp_path: Path) -> None:
    report = dataclasses.replace(
        recorded("failed"), tests=(OwnTest("test_a.py::test_b", Status.FAILED, 1.0, 1, "assert 0"),)
    )
    page = opened(write_report(report, tmp_path)[1], "light")
    row = page.locator("tr[data-status=failed]", has_text="alb/targets-healthy")

    row.get_by_role("link", name="why").click()

    why = page.locator("details.failure:target")
    assert why.get_attribute("open") is not None
    text = why.inner_text()
    for part in (
        "What to do next",
        "DescribeTargetHealth",
        "What the tasks logged then",
        "As planned",
    ):
        assert part in text


def test_a_count_shows_its_checks(opened: Any, tmp_path: Path) -> None:
    page = opened(write_report(recorded("failed"), tmp_path)[1], "light")

    page.locator("a[data-filter=failed]").click()

    assert page.locator("tr[data-status=failed]").first.is_visible()
    assert not page.locator("tr[data-status=passed]").first.is_visible()
