import inspect

import pytest

from harness.checks.framework.check import ServiceChecks
from harness.checks.registry import SERVICES
from harness.plugin import fixtures

NAMES = {
    "alarms",
    "alb",
    "aurora",
    "autoscaling",
    "cloudfront",
    "database_secret",
    "ecs",
    "iam",
    "log_bucket",
    "logs",
    "network",
    "security_groups",
    "tags",
}


def test_every_service_of_the_registry_has_a_fixture() -> None:
    assert {service.fixture() for service in SERVICES} == NAMES
    assert set(vars(fixtures)) >= NAMES


@pytest.mark.parametrize("service", SERVICES, ids=[each.fixture() for each in SERVICES])
def test_a_fixture_has_the_documentation_of_its_class(
    request: pytest.FixtureRequest, service: type[ServiceChecks]
) -> None:
    [definition] = request._fixturemanager.getfixturedefs(service.fixture(), request.node) or ()

    assert definition.scope == "session"
    assert inspect.getdoc(definition.func) == inspect.getdoc(service)
