from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.trials import Trial


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """The harness in a process of its own, beside the deployment that other tests share."""
    trial = Trial(tmp_path)
    yield trial
    trial.close()
