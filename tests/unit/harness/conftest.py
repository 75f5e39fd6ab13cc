from pathlib import Path

import pytest

from tests.unit.harness.checks.fake_deployment import fake_deployment
from tests.unit.harness.fake_checks import FakeChecks
from tests.unit.harness.fake_run import FakeRun

__all__ = ["fake_deployment"]


@pytest.fixture
def fake_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    """A run without a cloud."""
    folder = tmp_path / "fake_run"
    folder.mkdir()
    return FakeRun(folder, monkeypatch)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> FakeChecks:
    """Replace the checks."""
    fake = FakeChecks()
    monkeypatch.setattr("harness.pipeline.prove.run_checks", fake)
    return fake
