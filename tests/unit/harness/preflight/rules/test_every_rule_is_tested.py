import pytest

from harness.preflight import Rule, all_rules
from tests.unit.harness.preflight.rules import (
    test_cloudfront,
    test_ecs,
    test_elbv2,
    test_lookups,
    test_network,
    test_rds,
    test_s3,
    test_small_services,
    test_terraform,
)

CASES = [
    case
    for module in (
        *(test_cloudfront, test_ecs, test_elbv2, test_lookups, test_network, test_rds),
        *(test_s3, test_small_services, test_terraform),
    )
    for case in module.CASES
]


FIRING = {case.rule for case in CASES if case.at}
SILENT = {case.rule for case in CASES if not case.at}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_fires_stays_silent_and_says_what_to_do(rule: Rule) -> None:
    assert rule.id in FIRING
    assert rule.id in SILENT
    assert rule.id.count("/") == 1
    assert rule.summary.endswith(".")
    assert rule.remedy.endswith(".")
    assert rule.documentation.startswith("https://")


def test_there_are_at_least_forty_rules() -> None:
    assert len(all_rules()) >= 40
