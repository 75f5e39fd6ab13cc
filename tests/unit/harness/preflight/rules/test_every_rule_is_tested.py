import pkgutil
from importlib import import_module

import pytest

from harness.preflight.registry import Rule
from harness.preflight.rules import all_rules
from tests.unit.harness.preflight import rules

CASES = [
    case
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.")
    if module.name != __name__
    for case in getattr(import_module(module.name), "CASES", ())
]


FIRING = {case.rule for case in CASES if case.at}
SILENT = {case.rule for case in CASES if not case.at}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_fires_stays_silent_and_has_a_remedy(rule: Rule) -> None:
    assert rule.id in FIRING
    assert rule.id in SILENT
    assert rule.id.count("/") == 1
    assert rule.summary.endswith(".")
    assert rule.remedy.endswith(".")
    assert rule.documentation.startswith("https://")


def test_there_are_at_least_forty_rules() -> None:
    assert len(all_rules()) >= 40
