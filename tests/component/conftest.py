"""Fixtures of all component tests."""

import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def clouds_in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fake clouds in ``tmp_path`` are where the folders of clouds are expected."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
