from pathlib import Path

import pytest

from tests.unit.harness.way import Way


@pytest.fixture
def way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    """A run without a cloud."""
    folder = tmp_path / "way"
    folder.mkdir()
    return Way(folder, monkeypatch)
