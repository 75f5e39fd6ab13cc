import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from harness import checks
from harness.checks.framework.check import Check, ServiceChecks
from harness.checks.registry import all_checks
from tests.integration.test_checks import PARAMETERS


def defined_checks() -> Iterator[Check[Any]]:
    """Find every check of every module of the package, registered or not."""
    for module in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, ServiceChecks):
                yield from (each for each in vars(value).values() if isinstance(each, Check))


@pytest.mark.parametrize("check", sorted({check.spec.id for check in defined_checks()}))
def test_every_check_has_an_integration_test(check: str) -> None:
    [parameters] = [each for each in PARAMETERS if each.id == check]
    [spec] = [spec for spec in all_checks() if spec.id == check]

    assert any(mark.name == "catalog_exclusive" for mark in parameters.marks) == spec.exclusive
