"""Diagnoses of recorded runs, the cache, dead clouds and proxies."""

import tempfile
from pathlib import Path

import pytest

from harness.doctor.diagnosis import Verdict
from harness.doctor.environment import (
    diagnose_cache,
    diagnose_dead_clouds,
    diagnose_ledger,
    diagnose_proxies,
)
from harness.run.ledger import Ledger
from harness.settings.settings import HarnessSettings
from tests.unit.harness.doctor.recorded_run import record_deployed_run


class TestLedger:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> HarnessSettings:
        return HarnessSettings(home=tmp_path / "home")

    def test_no_recorded_runs_are_ok(self, settings: HarnessSettings) -> None:
        assert diagnose_ledger(settings).verdict is Verdict.OK

    def test_a_run_without_a_cloud_is_listed(self, settings: HarnessSettings) -> None:
        record_deployed_run(settings)

        found = diagnose_ledger(settings)
        assert found.verdict is Verdict.WARNING
        assert found.found == "pr1: deployed on embedded"
        assert "catalog-harness list" in found.remedy

    def test_a_damaged_record_is_reported(self, settings: HarnessSettings) -> None:
        record_deployed_run(settings)
        (Ledger(settings.home).directory("pr1") / "run.json").write_text("{")

        found = diagnose_ledger(settings)

        assert found.verdict is Verdict.WARNING
        assert "run.json cannot be read" in found.found
        assert "catalog-harness sweep --environment-suffix pr1" in found.remedy

    def test_a_folder_that_is_not_writable_is_missing(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")

        found = diagnose_ledger(HarnessSettings(home=tmp_path / "file" / "home"))

        assert found.verdict is Verdict.MISSING
        assert "CATALOG_HARNESS_HOME" in found.remedy


class TestCache:
    @pytest.mark.parametrize(
        ("folder", "verdict"), [("cache", Verdict.OK), ("file/cache", Verdict.MISSING)]
    )
    def test_it_must_be_writable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, verdict: Verdict
    ) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / folder)

        found = diagnose_cache()

        assert found.verdict is verdict
        assert str(tmp_path / folder) in found.found
        assert ("XDG_CACHE_HOME" in found.remedy) == (verdict is Verdict.MISSING)


class TestDeadClouds:
    @pytest.fixture(autouse=True)
    def _temporary_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def test_none_is_ok(self) -> None:
        assert diagnose_dead_clouds().verdict is Verdict.OK


class TestProxies:
    @pytest.fixture(autouse=True)
    def _none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for scheme in ("http", "https", "all", "no", "ftp"):
            monkeypatch.delenv(f"{scheme}_proxy", raising=False)
            monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)

    def test_none_is_ok(self) -> None:
        assert diagnose_proxies().found == "none"

    def test_a_proxy_for_the_loopback_is_a_warning_without_its_password(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://ada:sesame@proxy.example:3128")

        found = diagnose_proxies()

        assert found.verdict is Verdict.WARNING
        assert "https by proxy.example" in found.found
        assert "sesame" not in found.found
        assert "NO_PROXY=127.0.0.1" in found.remedy

    def test_a_proxy_that_excludes_the_loopback_is_ok(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")

        assert diagnose_proxies().verdict is Verdict.OK
