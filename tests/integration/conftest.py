from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.plugin.options import settings_of
from tests.integration.cli_process import Trial


@pytest.fixture(scope="session")
def embedded_only(request: pytest.FixtureRequest) -> None:
    """Skip what is about the embedded cloud when the suite runs against another target."""
    target = settings_of(request.config).target
    if target != "embedded":
        pytest.skip(f"starts an embedded cloud of its own, which proves nothing about {target}")


@pytest.fixture
def trial(embedded_only: None, tmp_path: Path) -> Iterator[Trial]:
    """The harness in a process of its own, apart from the deployment that other tests share."""
    trial = Trial(tmp_path)
    yield trial
    trial.close()
