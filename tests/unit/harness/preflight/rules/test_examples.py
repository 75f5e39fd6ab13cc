"""Examples in HCL: each mistake is found by its rule, valid configurations by none.

Each of the files has examples under lines ``### name rule``.
"""

import json
import re
from pathlib import Path

import pytest

from harness.preflight.configuration import read_configurations
from harness.preflight.engine import preflight
from harness.preflight.finding import Finding
from harness.preflight.registry import registered_rules
from harness.preflight.rules import values

EXAMPLES = Path(__file__).with_name("examples")


def examples(name: str) -> list[tuple[str, str]]:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    parts = re.split(r"^### (.+)\n", text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def findings(folder: Path, body: str) -> tuple[Finding, ...]:
    (folder / "main.tf").write_text(body, encoding="utf-8")
    (configuration,) = read_configurations(folder)
    report = preflight(configuration, disposable=False)
    assert not report.not_read
    return report.findings


@pytest.mark.parametrize(("title", "body"), examples("mistakes.txt"), ids=lambda text: text[:40])
def test_a_mistake_is_found_by_its_rule(tmp_path: Path, title: str, body: str) -> None:
    rule = title.rpartition(" ")[2]
    assert rule in {finding.rule for finding in findings(tmp_path, body)}


@pytest.mark.parametrize(("title", "body"), examples("valid.txt"), ids=lambda text: text[:40])
def test_a_valid_configuration_is_not_found(tmp_path: Path, title: str, body: str) -> None:
    assert findings(tmp_path, body) == (), title


def test_each_row_of_the_values_has_an_error_message() -> None:
    errors = {rule.id: len(rule.errors) for rule in registered_rules()}
    for rule, rows in json.loads(Path(values.__file__).with_suffix(".json").read_text()).items():
        for row in rows:
            indices = [row.get("variant", 0), *(index for index, _ in row.get("accepted", ()))]
            assert max(indices) < max(errors[rule], 1), row
