"""The diagnosis of dead clouds."""

import tempfile
from pathlib import Path

import pytest

from harness.doctor.diagnosis import Verdict
from harness.doctor.environment import diagnose_dead_clouds
from harness.emulator.dead_clouds import CLOUD_PREFIX
from tests.component.harness.emulator.fake_cloud import ended_cloud


class TestDeadClouds:
    @pytest.fixture(autouse=True)
    def _temporary_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def test_they_are_listed_and_not_removed(self, tmp_path: Path) -> None:
        directory = tmp_path / f"{CLOUD_PREFIX}1"
        ended_cloud(directory)

        found = diagnose_dead_clouds()

        assert found.verdict is Verdict.WARNING
        assert found.found == str(directory)
        assert directory.exists()
