import inspect

import pytest

from harness.checks.framework.check import ServiceChecks
from harness.checks.registry import SERVICES
from harness.plugin import fixtures


def test_every_service_of_the_registry_has_a_fixture() -> None:
    names = {service.fixture() for service in SERVICES}

    assert names == {f"catalog_{name}" for name in fixtures._SERVICES}
    assert names < set(vars(fixtures))


@pytest.mark.parametrize("service", SERVICES, ids=[each.fixture() for each in SERVICES])
def test_a_fixture_has_the_documentation_of_its_class(
    request: pytest.FixtureRequest, service: type[ServiceChecks]
) -> None:
    [definition] = request._fixturemanager.getfixturedefs(service.fixture(), request.node) or ()

    assert definition.scope == "session"
    assert inspect.getdoc(definition.func) == inspect.getdoc(service)
