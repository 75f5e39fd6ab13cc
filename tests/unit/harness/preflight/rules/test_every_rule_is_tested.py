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


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_shown_to_fire_and_to_stay_silent(rule: Rule) -> None:
    cases = [case for case in CASES if case.rule == rule.id]
    assert any(case.at for case in cases)
    assert any(not case.at for case in cases)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_says_what_to_do_and_where_it_is_written(rule: Rule) -> None:
    assert rule.remedy.endswith(".")
    assert rule.documentation.startswith("https://")
    assert rule.summary.endswith(".")
    assert rule.id.count("/") == 1


def test_there_are_at_least_forty_rules() -> None:
    assert len(all_rules()) >= 40
