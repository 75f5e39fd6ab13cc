from typing import Any

import pytest

from harness.checks.framework.context import CheckContext
from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment

BALANCER = ("elbv2.DescribeLoadBalancers", "LoadBalancers", 0)
GROUP = ("elbv2.DescribeTargetGroups", "TargetGroups", 0)
LISTENERS = ("elbv2.DescribeListeners", "Listeners")
ATTRIBUTES = ("elbv2.DescribeLoadBalancerAttributes", "Attributes")
DELETION, STICKY = {"Key": "deletion_protection.enabled"}, {"Key": "stickiness.enabled"}
ENABLED, BUCKET, PREFIX = (
    {"Key": f"access_logs.s3.{name}"} for name in ("enabled", "bucket", "prefix")
)


@pytest.mark.parametrize(
    ("place", "value", "check", "observed"),
    [
        ((*BALANCER, "State", "Code"), "provisioning", "load-balancer", "provisioning"),
        ((*BALANCER, "Scheme"), "internal", "load-balancer", "internal"),
        ((*BALANCER, "Type"), "network", "load-balancer", "network"),
        ((*BALANCER, "SecurityGroups"), ["sg-alb", "sg-other"], "load-balancer", "sg-other"),
        ((*BALANCER, "AvailabilityZones", 2), GONE, "load-balancer", "subnet-pub-c"),
        ((*BALANCER, "IpAddressType"), "dualstack", "load-balancer", "dualstack"),
        (
            ("elbv2.DescribeLoadBalancerAttributes", "Attributes", DELETION, "Value"),
            "true",
            "load-balancer",
            "deletion_protection",
        ),
        (
            ("elbv2.DescribeTargetGroupAttributes", "Attributes", STICKY, "Value"),
            "true",
            "target-group",
            "stickiness",
        ),
        (
            ("elbv2.DescribeListenerAttributes", "Attributes", 0, "Value"),
            "false",
            "listener",
            "server",
        ),
        ((*GROUP, "LoadBalancerArns"), ["another"], "target-group", "another"),
        ((*LISTENERS, 0, "Port"), 8080, "listener", "8080"),
        ((*LISTENERS, 0), GONE, "listener", "is missing"),
        (
            ("elbv2.DescribeRules", "Rules", 0, "Actions", 0, "TargetGroupArn"),
            "another-group",
            "listener",
            "another-group",
        ),
        ((*GROUP, "TargetType"), "instance", "target-group", "instance"),
        ((*GROUP, "HealthCheckPath"), "/", "target-group", "'/'"),
        ((*GROUP, "Matcher", "HttpCode"), "200-499", "target-group", "200-499"),
        ((*ATTRIBUTES, ENABLED, "Value"), "false", "load-balancer", "access_logs.s3.Enabled"),
        ((*ATTRIBUTES, BUCKET, "Value"), "another-bucket", "load-balancer", "another-bucket"),
        ((*ATTRIBUTES, PREFIX), GONE, "load-balancer", "Prefix"),
    ],
)
def test_a_wrong_setting_fails_its_check_alone(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, check: str, observed: str
) -> None:
    fake_deployment.change(*place, to=value)

    failures = fake_deployment.failures("alb/*")

    assert list(failures) == [f"alb/{check}"]
    assert observed in failures[f"alb/{check}"]


def test_no_load_balancer_fails_all_its_checks(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("elbv2.DescribeLoadBalancers", "LoadBalancerNotFound")

    failures = fake_deployment.failures("alb/load-balancer", "alb/each-task-answers")

    assert "LoadBalancerNotFound" in failures["alb/load-balancer"]
    assert "LoadBalancerNotFound" in failures["alb/each-task-answers"]


def _health(*states: tuple[str, str, str | None]) -> dict[str, Any]:
    return {
        "TargetHealthDescriptions": [
            {
                "Target": {"Id": address},
                "TargetHealth": {"State": state, **({"Reason": reason} if reason else {})},
            }
            for address, state, reason in states
        ]
    }


@pytest.mark.parametrize(
    ("states", "observed"),
    [
        (
            [("10.0.0.1", "healthy", None), ("10.0.0.2", "unhealthy", "Target.Timeout")],
            "unhealthy (Target.Timeout)",
        ),
        ([("10.0.0.1", "healthy", None)], "10.0.0.1"),
        (
            [
                ("10.0.0.1", "healthy", None),
                ("10.0.0.2", "healthy", None),
                ("10.0.0.3", "draining", None),
            ],
            "draining",
        ),
    ],
    ids=["one unhealthy", "one too few", "one too many"],
)
def test_every_target_must_be_healthy_and_expected(
    fake_deployment: FakeDeployment, states: list[tuple[str, str, str | None]], observed: str
) -> None:
    fake_deployment.answers["elbv2.DescribeTargetHealth"] = _health(*states)

    failures = fake_deployment.failures("alb/*")

    # A task that is not a healthy target receives no requests; one that is leaving does not matter.
    unserved = set() if observed == "draining" else {"alb/each-task-answers"}
    assert set(failures) == {"alb/targets-healthy", "alb/targets-in-different-zones", *unserved}
    assert "2 targets, all healthy" in failures["alb/targets-healthy"]
    assert observed in failures["alb/targets-healthy"]


def test_two_targets_in_one_zone_fail(fake_deployment: FakeDeployment) -> None:
    fake_deployment.tasks["task-b"] = ("10.0.0.2", "eu-north-1a")

    failures = fake_deployment.failures("alb/*")

    assert failures == {
        "alb/targets-in-different-zones": (
            "expected targets in 2 different zones, seen: ['eu-north-1a']"
        )
    }


def test_a_target_that_is_not_a_task_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["elbv2.DescribeTargetHealth"] = _health(
        ("10.0.0.1", "healthy", None), ("10.9.9.9", "healthy", None)
    )

    failures = fake_deployment.failures("alb/targets-*")

    assert list(failures) == ["alb/targets-in-different-zones"]
    assert "10.9.9.9" in failures["alb/targets-in-different-zones"]


def test_a_task_that_never_responds_fails(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CheckContext, "pause", lambda *_: None)
    fake_deployment.catalog.tasks = ["task-a"]

    failures = fake_deployment.failures("alb/*")

    assert list(failures) == ["alb/each-task-answers"]
    assert "none of task-b" in failures["alb/each-task-answers"]


def test_a_check_whose_turns_are_always_the_same_task_pauses(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pause(_: CheckContext, seconds: float) -> None:
        assert 0 <= seconds <= 0.05
        fake_deployment.catalog.tasks = ["task-b"]  # the turn that another check took so far

    fake_deployment.catalog.tasks = ["task-a"]
    monkeypatch.setattr(CheckContext, "pause", pause)

    assert fake_deployment.failures("alb/*") == {}


def test_a_response_of_an_unknown_task_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.catalog.tasks = ["task-a", "unknown", "task-b"]

    assert "unknown" in fake_deployment.failures("alb/*")["alb/each-task-answers"]


def test_a_response_that_is_not_from_a_task_fails(fake_deployment: FakeDeployment) -> None:
    def by_the_load_balancer(_: Any, response: Any) -> None:
        response.headers.pop("X-Task-Id")

    fake_deployment.catalog.changes.append(by_the_load_balancer)

    assert "without X-Task-Id" in fake_deployment.failures("alb/*")["alb/each-task-answers"]


def test_one_error_response_fails(fake_deployment: FakeDeployment) -> None:
    def unavailable(_: Any, response: Any) -> None:
        if response.headers["X-Task-Id"] == "task-b":
            response.status_code = 503

    fake_deployment.catalog.changes.append(unavailable)

    assert "503" in fake_deployment.failures("alb/*")["alb/each-task-answers"]


def test_no_http_response_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.catalog.unreachable = True

    assert "connection refused" in fake_deployment.failures("alb/*")["alb/each-task-answers"]


def test_a_task_that_becomes_a_healthy_target_is_waited_for(
    fake_deployment: FakeDeployment,
) -> None:
    health = fake_deployment.answers["elbv2.DescribeTargetHealth"]
    starting = _health(("10.0.0.1", "healthy", None), ("10.0.0.2", "initial", None))
    answers = iter([starting])
    assert callable(health)
    fake_deployment.answers["elbv2.DescribeTargetHealth"] = lambda parameters: next(
        answers, health(parameters)
    )

    assert not fake_deployment.failures("alb/each-task-answers", patience=60.0)
    assert next(answers, None) is None


def test_a_running_task_that_is_no_target_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["elbv2.DescribeTargetHealth"] = _health(("10.0.0.1", "healthy", None))

    failure = fake_deployment.failures("alb/each-task-answers")["alb/each-task-answers"]

    assert "every running task to be a healthy target" in failure
