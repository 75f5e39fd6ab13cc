"""The wait for the last steps of a deployment, and what fails without it."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from harness.aws.capability import Capability
from harness.checks.readiness import await_readiness
from harness.core.errors import CheckFailedError
from tests.unit.harness.checks.fake_deployment import FakeDeployment
from tests.unit.harness.checks.fake_http import Change


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.checks.framework.context._POLL_SECONDS", 0.0)


def unavailable(responses: int, base: str) -> Change:
    """The first responses at an address are 503."""
    number = itertools.count()

    def change(request: requests.PreparedRequest, response: requests.Response) -> None:
        if (request.url or "").startswith(base) and next(number) < responses:
            response.status_code = 503

    return change


def health(*states: str) -> Iterator[dict[str, Any]]:
    for state in states:
        yield {
            "TargetHealthDescriptions": [
                {"Target": {"Id": f"10.0.0.{n}"}, "TargetHealth": {"State": each}}
                for n, each in ((1, "healthy"), (2, state))
            ]
        }


@pytest.mark.parametrize("base", ["http://", "https://d123."])
def test_it_waits_until_every_address_responds(fake_deployment: FakeDeployment, base: str) -> None:
    fake_deployment.catalog.changes.append(unavailable(2, base))

    await_readiness(fake_deployment.context(patience=5.0))

    assert not fake_deployment.failures("alb/*")


def test_without_the_wait_a_check_of_the_data_plane_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.catalog.changes.append(unavailable(2, "http://"))

    assert fake_deployment.failures("alb/each-task-answers")


def test_it_waits_until_every_target_is_healthy(fake_deployment: FakeDeployment) -> None:
    states = health("initial", "initial", "healthy")
    fake_deployment.answers["elbv2.DescribeTargetHealth"] = lambda _: next(states)

    await_readiness(fake_deployment.context(patience=5.0))

    assert next(states, None) is None


def test_after_the_deadline_the_condition_and_what_was_seen_are_named(
    fake_deployment: FakeDeployment,
) -> None:
    fake_deployment.catalog.changes.append(unavailable(10**9, "https://d123."))

    with pytest.raises(CheckFailedError, match=r"status 200 to GET https://d123.*/readyz.*503"):
        await_readiness(fake_deployment.context())


def test_a_target_without_a_data_plane_has_nothing_to_wait_for(
    fake_deployment: FakeDeployment,
) -> None:
    fake_deployment.lacking[Capability.ALB_DATA_PLANE] = "no"
    fake_deployment.catalog.changes.append(unavailable(10**9, "http"))

    await_readiness(fake_deployment.context(patience=5.0))
