"""The table of docs/performance.md: ratios to the first row, between the markers."""

from pathlib import Path

import pytest

from tests.bench.table import BEGIN, END, Row, load, save, table, write

BARE = Row("bare Terraform", 160.0, 40.0, 800 * 1024**2, [1], [5], 22)
OURS = Row("this harness", 32.0, 30.0, 1200 * 1024**2, [1, 2, 3, 4, 5, 6], [], 0)


def test_wall_cpu_and_memory_are_relative_to_bare_terraform() -> None:
    assert table([BARE, OURS]).splitlines()[2:] == [
        "| bare Terraform | 1.00 | 1.00 | 1.00 | 1, 1 more as a warning | 22 resources |",
        "| this harness | 0.20 | 0.75 | 1.50 | 6 | 0 resources |",
        "",
        "1.00 is 160 s, 40 s of CPU and 800 MiB.",
    ]


def test_only_the_text_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write([BARE], ["A fact."], page)

    assert page.read_text() == f"before\n{BEGIN}\n{table([BARE])}\nA fact.\n{END}\nafter\n"


def test_a_page_without_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")

    with pytest.raises(ValueError, match="bench: begin"):
        write([BARE], [], page)


def test_results_of_an_earlier_run_are_kept(tmp_path: Path) -> None:
    save([BARE, OURS], tmp_path / "bench.json")

    assert load(tmp_path / "bench.json") == [BARE, OURS]
    assert load(tmp_path / "none.json") == []
