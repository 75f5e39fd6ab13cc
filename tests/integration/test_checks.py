"""Every check of the registry, one test each."""

from typing import Any

import pytest

from harness.checks.framework.check import Check, ServiceChecks
from harness.checks.framework.context import CheckContext
from harness.checks.registry import service_checks

PARAMETERS = [
    pytest.param(
        service,
        check,
        id=check.spec.id,
        marks=[pytest.mark.catalog_exclusive] if check.spec.exclusive else [],
    )
    for service, check in service_checks()
]


@pytest.mark.parametrize(("service", "check"), PARAMETERS)
def test_check(
    check_context: CheckContext, service: type[ServiceChecks], check: Check[Any]
) -> None:
    check.run(service(check_context))
