from pathlib import Path

import pytest

from tests.unit.harness.checks.fake_deployment import fake_deployment
from tests.unit.harness.fake_run import Way

__all__ = ["fake_deployment"]


@pytest.fixture
def way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    """A run without a cloud."""
    folder = tmp_path / "way"
    folder.mkdir()
    return Way(folder, monkeypatch)
