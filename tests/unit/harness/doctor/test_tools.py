"""Diagnoses of Python, Node.js, Terraform and the provider."""

import sys
from functools import partial
from pathlib import Path

import pytest
import requests

from harness.core.errors import ToolNotFoundError, UsageError
from harness.doctor import tools
from harness.doctor.diagnosis import Diagnosis, Verdict, examine
from harness.doctor.tools import (
    diagnose_node,
    diagnose_provider,
    diagnose_provider_clock,
    diagnose_python,
    diagnose_terraform,
)
from harness.settings.settings import HarnessSettings
from harness.terraform.binary import Terraform
from harness.terraform.provider_clock.clock import ProviderClock
from harness.terraform.provider_installation import ProviderInstallation
from harness.terraform.user_config import NO_USER_CONFIG


class TestPython:
    def test_interpreter_and_system_are_reported(self) -> None:
        found = diagnose_python()

        assert found.verdict is Verdict.OK
        assert sys.executable in found.found

    def test_windows_is_missing_with_a_remedy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "win32")

        found = diagnose_python()

        assert found.verdict is Verdict.MISSING
        assert "Subsystem for Linux" in found.remedy


class TestTerraform:
    def test_rejected_candidates_are_listed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chosen = Terraform(
            ("terraform",), (1, 15, 5), "terraform", "package", "1.15.5", ("/old/tf: too old",)
        )
        monkeypatch.setattr(tools, "find_terraform", lambda _: chosen)

        assert diagnose_terraform(HarnessSettings()).found.endswith(
            "; passed over /old/tf: too old"
        )


class TestProvider:
    @pytest.fixture
    def requested(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        requested: list[str] = []

        def get(url: str, *, timeout: float) -> requests.Response:
            assert timeout < 30
            requested.append(url)
            answer = requests.Response()
            answer.status_code = 200
            return answer

        monkeypatch.setattr(requests, "get", get)
        return requested

    def source(self, monkeypatch: pytest.MonkeyPatch, source: ProviderInstallation) -> None:
        monkeypatch.setattr(tools, "find_provider_source", lambda _: source)

    @pytest.mark.parametrize(
        "source",
        [
            ProviderInstallation("/m, a mirror", Path("/m")),
            ProviderInstallation("as configured in ~/.terraformrc", keep_user_config=True),
        ],
    )
    def test_a_mirror_or_a_user_configuration_requires_no_network(
        self, monkeypatch: pytest.MonkeyPatch, requested: list[str], source: ProviderInstallation
    ) -> None:
        self.source(monkeypatch, source)

        found = diagnose_provider(HarnessSettings())

        assert found.verdict is Verdict.OK
        assert source.origin in found.found
        assert requested == []

    def test_the_registry_is_requested(
        self, monkeypatch: pytest.MonkeyPatch, requested: list[str]
    ) -> None:
        self.source(monkeypatch, ProviderInstallation("the provider registry"))

        assert diagnose_provider(HarnessSettings()).verdict is Verdict.OK
        assert [url.split("/")[2] for url in requested] == ["registry.terraform.io"]

    def test_an_unreachable_registry_is_missing_with_a_remedy(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def get(_url: str, **_: object) -> requests.Response:
            raise requests.ConnectionError("no route")

        self.source(
            monkeypatch, ProviderInstallation("the provider registry", None, "h", NO_USER_CONFIG)
        )
        monkeypatch.setattr(requests, "get", get)

        found = diagnose_provider(HarnessSettings())

        assert found.verdict is Verdict.MISSING
        assert "ConnectionError" in found.found
        assert "--provider-mirror" in found.remedy

    def test_a_mirror_without_the_provider_raises_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="does not hold the AWS provider"):
            diagnose_provider(HarnessSettings(provider_mirror=tmp_path))


@pytest.mark.parametrize(
    ("clock", "verdict"),
    [(ProviderClock(20), Verdict.OK), (ProviderClock(1, "no ptrace"), Verdict.WARNING)],
)
def test_the_provider_clock_is_measured(
    monkeypatch: pytest.MonkeyPatch, clock: ProviderClock, verdict: Verdict
) -> None:
    monkeypatch.setattr("harness.doctor.tools.usable_clock", lambda *_: clock)

    found = diagnose_provider_clock(HarnessSettings())

    assert (found.verdict, found.found) == (verdict, str(clock))
    assert bool(found.remedy) is (verdict is Verdict.WARNING)


def test_a_missing_node_is_an_error_with_a_remedy() -> None:
    def find_node() -> str:
        raise ToolNotFoundError("no Node.js found on PATH", remedy="install Node.js")

    found = examine("Node.js", partial(diagnose_node, find_node, 22))

    assert found == Diagnosis(
        "Node.js", Verdict.MISSING, "no Node.js found on PATH", "install Node.js"
    )
