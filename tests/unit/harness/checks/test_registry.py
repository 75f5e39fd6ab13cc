import threading
from dataclasses import replace
from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.checks import registry
from harness.checks.framework.context import InterruptedCheckError
from harness.checks.framework.expected import Tier
from harness.checks.registry import all_checks, run_checks
from harness.core.errors import UsageError
from harness.run.evidence import Plane, Status
from tests.unit.harness.checks.fake_deployment import EXPECTED, FakeDeployment


def test_every_check_passes_on_a_correct_deployment(fake_deployment: FakeDeployment) -> None:
    results = run_checks(fake_deployment.context())

    wrong = [(r.check, r.status, r.observed) for r in results if r.status is not Status.PASSED]
    assert wrong == []
    assert [result.check for result in results] == [spec.id for spec in all_checks()]
    assert sorted(map(repr, fake_deployment.results)) == sorted(map(repr, results))


def test_every_check_has_a_unique_claim_requirements_and_a_docstring() -> None:
    specs = all_checks()

    assert len({spec.id for spec in specs}) == len(specs)
    assert len({spec.claim for spec in specs}) == len(specs)
    assert all({Tier, Capability} == set(map(type, spec.requires)) for spec in specs)
    assert all(check.__doc__ for _, check in registry.service_checks())


def test_evidence_comes_from_both_planes() -> None:
    planes = [spec.plane for spec in all_checks()]

    assert planes.count(Plane.DATA) > 15
    assert planes.count(Plane.CONTROL) > 25


def test_patterns_select_checks(fake_deployment: FakeDeployment) -> None:
    results = run_checks(fake_deployment.context(), only=["logs/*", "iam/roles"])

    assert [result.check for result in results] == ["logs/log-group", "iam/roles"]


def test_a_pattern_without_a_match_is_a_usage_error(fake_deployment: FakeDeployment) -> None:
    with pytest.raises(UsageError, match="'alb/helthy'"):
        run_checks(fake_deployment.context(), only=["logs/*", "alb/helthy"])


def test_what_is_not_deployed_is_not_provable(fake_deployment: FakeDeployment) -> None:
    expected = replace(EXPECTED, tiers=frozenset({"network"}))

    results = run_checks(fake_deployment.context(expected=expected))

    provable = {r.check.partition("/")[0] for r in results if r.status is not Status.NOT_PROVABLE}
    assert provable == {"network", "security-groups", "tags"}


def test_exclusive_checks_run_last_after_before_exclusive(fake_deployment: FakeDeployment) -> None:
    order: list[str] = []

    run_checks(
        fake_deployment.context(),
        only=["autoscaling/*"],
        before_exclusive=lambda: order.append("signal"),
        on_result=lambda result: order.append(result.check),
    )

    assert set(order[:2]) == {"autoscaling/target", "autoscaling/policies"}
    assert order[2:] == ["signal", "autoscaling/follows"]


def test_without_exclusive_checks_before_exclusive_is_not_called(
    fake_deployment: FakeDeployment,
) -> None:
    signals: list[str] = []

    results = run_checks(
        fake_deployment.context(),
        only=["autoscaling/*"],
        exclusive=False,
        before_exclusive=lambda: signals.append("signal"),
    )

    assert signals == []
    assert "autoscaling/follows" not in [result.check for result in results]


def test_checks_that_only_read_run_concurrently(fake_deployment: FakeDeployment) -> None:
    both_inside = threading.Barrier(2, timeout=10)
    describe: Any = fake_deployment.answers["logs.DescribeLogGroups"]

    def wait_for_the_other(_: dict[str, Any]) -> Any:
        both_inside.wait()
        return describe

    fake_deployment.answers["logs.DescribeLogGroups"] = wait_for_the_other

    results = run_checks(fake_deployment.context(), only=["logs/log-group", "tags/log-group"])

    assert [result.status for result in results] == [Status.PASSED] * 2


def test_an_interrupt_ends_running_and_waiting_checks(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = threading.Event()

    def unhealthy(_: dict[str, Any]) -> dict[str, Any]:
        described.set()
        return {"TargetHealthDescriptions": []}

    def interrupted(_: object) -> None:
        described.wait(10)
        raise KeyboardInterrupt

    fake_deployment.answers["elbv2.DescribeTargetHealth"] = unhealthy
    monkeypatch.setattr(registry, "wait", interrupted)

    with pytest.raises(KeyboardInterrupt):
        run_checks(fake_deployment.context(patience=3600.0), only=["alb/targets-*"])

    assert fake_deployment.results == []


def test_nothing_is_requested_after_an_interrupt(fake_deployment: FakeDeployment) -> None:
    context = fake_deployment.context()
    context.interrupted.set()

    with pytest.raises(InterruptedCheckError):
        context.request("GET", "http://example.com/")

    assert fake_deployment.catalog.requests == []


def test_results_are_recorded_one_at_a_time(fake_deployment: FakeDeployment) -> None:
    locked: list[bool] = []
    context = fake_deployment.context()
    context = replace(context, record=lambda result: locked.append(context._result_lock.locked()))

    run_checks(context, only=["tags/*"])

    assert locked == [True] * 11
