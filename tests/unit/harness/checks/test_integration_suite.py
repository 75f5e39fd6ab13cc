from pathlib import Path

import pytest

from harness.checks.registry import all_checks
from tests import integration

SUITE = "\n".join(path.read_text() for path in Path(integration.__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("check", [spec.id for spec in all_checks()])
def test_every_check_has_an_integration_test(check: str) -> None:
    fixture, _, method = check.replace("-", "_").partition("/")

    assert f"    {fixture}.{method}()\n" in SUITE
