import pytest

from harness.emulator.gateway.alb.health import (
    HEALTHY,
    Health,
    HealthCheck,
    HealthRecord,
    State,
)

PASSED = HEALTHY
FAILED = Health(State.UNHEALTHY, "Target.Timeout", "Request timed out")


def check(**settings: object) -> HealthCheck:
    described: dict[str, object] = {
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/healthz",
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 3,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
    }
    return HealthCheck.of(described | settings)


def after(*probes: Health) -> State:
    record = HealthRecord()
    for probe in probes:
        record.add(probe, check())
    return record.health.state


@pytest.mark.parametrize(
    ("probes", "state"),
    [
        ((), "initial"),
        ((PASSED,), "healthy"),
        ((FAILED,), "initial"),
        ((FAILED, FAILED), "unhealthy"),
        ((FAILED, PASSED), "healthy"),
        ((PASSED, FAILED), "healthy"),
        ((PASSED, FAILED, PASSED, FAILED), "healthy"),
        ((PASSED, FAILED, FAILED), "unhealthy"),
        ((FAILED, FAILED, PASSED, PASSED), "unhealthy"),
        ((FAILED, FAILED, PASSED, FAILED, PASSED, PASSED), "unhealthy"),
        ((FAILED, FAILED, PASSED, PASSED, PASSED), "healthy"),
    ],
)
def test_thresholds_decide_about_health(probes: tuple[Health, ...], state: str) -> None:
    assert after(*probes) == state


def test_an_unhealthy_target_has_a_reason() -> None:
    record = HealthRecord()
    record.add(FAILED, check())
    record.add(FAILED, check())

    assert record.health.as_result() == {
        "State": "unhealthy",
        "Reason": "Target.Timeout",
        "Description": "Request timed out",
    }


def test_a_healthy_target_has_no_reason() -> None:
    assert Health(State.HEALTHY).as_result() == {"State": "healthy"}


@pytest.mark.parametrize(
    ("matcher", "status", "accepted"),
    [
        ("200", 200, True),
        ("200", 204, False),
        ("200,204", 204, True),
        ("200-299", 250, True),
        ("200-299,301", 301, True),
        ("200-299", 300, False),
    ],
)
def test_a_matcher_accepts_its_codes(matcher: str, status: int, accepted: bool) -> None:
    assert check(Matcher={"HttpCode": matcher}).accepts(status) is accepted


def test_a_check_uses_the_traffic_port_by_default() -> None:
    assert check().port_for(8080) == 8080
    assert check(HealthCheckPort="9000").port_for(8080) == 9000
