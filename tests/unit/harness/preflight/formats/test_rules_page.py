from pathlib import Path

import pytest

from harness.preflight.formats import rules_page
from harness.preflight.rules import all_rules


def test_the_page_lists_every_rule() -> None:
    text = rules_page.rules_page()
    assert all(f"### {rule.id}\n" in text for rule in all_rules())


def test_the_page_in_the_repository_is_current() -> None:
    root = Path(__file__).parents[5]
    assert (root / "docs/rules.md").read_text(encoding="utf-8") == rules_page.rules_page()


def test_a_check_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert rules_page.main(["--check"]) == 1
    assert "is not current" in capsys.readouterr().err
    assert not (tmp_path / "docs").exists()
    assert rules_page.main([]) == 0
    assert rules_page.main(["--check"]) == 0
