from typing import Any

import pytest

from harness.terraform.provider_clock.timeouts import longer_timeouts


def overridden(timeouts: Any) -> Any:
    config = {"resource": {"aws_ecs_service": {"api": {"name": "api", "timeouts": timeouts}}}}
    return longer_timeouts(config, 20)["aws_ecs_service"]["api"]["timeouts"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("900s", "18000s"),
        ("15m", "18000s"),
        ("1h30m", "108000s"),
        ("1.5h", "108000s"),
        ("2m30s", "3000s"),
    ],
)
def test_a_timeout_is_multiplied(given: str, expected: str) -> None:
    assert overridden({"create": given, "delete": "1s"}) == {"create": expected, "delete": "20s"}


def test_a_block_in_a_list_is_multiplied() -> None:
    assert overridden([{"update": "10m"}]) == {"update": "12000s"}


@pytest.mark.parametrize("given", ["${var.timeout}", "10 minutes", "500ms", "", None, 5])
def test_what_is_no_duration_in_seconds_is_unchanged(given: object) -> None:
    assert overridden({"create": given}) == {"create": given}


@pytest.mark.parametrize(
    "config",
    [{}, {"resource": {}}, {"resource": {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}}],
)
def test_without_timeouts_nothing_is_overridden(config: dict[str, Any]) -> None:
    assert longer_timeouts(config, 20) == {}
