"""Diagnoses of recorded runs, dead clouds and proxies."""

import tempfile
from pathlib import Path

import pytest

from harness.doctor.diagnosis import Verdict
from harness.doctor.environment import diagnose_dead_clouds, diagnose_ledger
from harness.emulator.dead_clouds import CLOUD_PREFIX
from harness.settings.settings import HarnessSettings
from tests.component.harness.emulator.fake_cloud import ended_cloud, fake_cloud
from tests.unit.harness.doctor.recorded_run import record_deployed_run


class TestLedger:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> HarnessSettings:
        return HarnessSettings(home=tmp_path / "home")

    def test_a_deployed_run_is_listed_with_the_destroy_command(
        self, settings: HarnessSettings, tmp_path: Path
    ) -> None:
        with fake_cloud(tmp_path / "cloud") as info:
            record_deployed_run(settings, cloud=info.directory)
            found = diagnose_ledger(settings)

        assert found.verdict is Verdict.WARNING
        assert "pr1: deployed on embedded, its cloud runs, since " in found.found
        assert "catalog-harness destroy" in found.remedy

    def test_a_run_whose_cloud_has_ended_is_marked(
        self, settings: HarnessSettings, tmp_path: Path
    ) -> None:
        ended_cloud(tmp_path / "cloud")
        record_deployed_run(settings, cloud=str(tmp_path / "cloud"))

        assert "its cloud has ended" in diagnose_ledger(settings).found


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
