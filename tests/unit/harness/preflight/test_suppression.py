from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.preflight.configuration import PreflightInputError
from harness.preflight.suppression import Suppression, load_suppressions


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    return path


ENTRY = 'rule = "s3/x", address = "aws_s3_bucket.a"'


def test_suppressions_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f'[tool.catalog-harness.preflight]\nsuppress = [{{ {ENTRY}, reason = "kept" }}]\n',
    )
    assert load_suppressions(path) == (Suppression("s3/x", "aws_s3_bucket.a", "kept"),)


def test_no_file_and_no_table_are_no_suppressions(tmp_path: Path) -> None:
    assert load_suppressions(tmp_path / "pyproject.toml") == ()
    assert load_suppressions(write(tmp_path, "[project]\nname = 'x'\n")) == ()


@pytest.mark.parametrize(
    "table",
    [
        f"suppress = [{{ {ENTRY} }}]",
        f'suppress = [{{ {ENTRY}, reason = " " }}]',
        f"suppress = [{{ {ENTRY}, reason = 5 }}]",
        f'suppress = [{{ {ENTRY}, reason = "x", more = 1 }}]',
        'suppress = ["s3/x"]',
        'suppress = "s3/x"',
    ],
)
def test_an_entry_without_rule_address_and_reason_is_rejected(tmp_path: Path, table: str) -> None:
    path = write(tmp_path, f"[tool.catalog-harness.preflight]\n{table}\n")
    with pytest.raises(PreflightInputError, match=r"pyproject\.toml"):
        load_suppressions(path)


@pytest.mark.parametrize(
    "text", ["[tool", "x = " + "[" * 20_000, "tool = 1", "[tool]\ncatalog-harness = 1"]
)
def test_a_file_with_other_content_is_no_traceback(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    if text in ("[tool", "x = " + "[" * 20_000):
        with pytest.raises(UsageError, match="cannot be read"):
            load_suppressions(path)
    else:
        assert load_suppressions(path) == ()
