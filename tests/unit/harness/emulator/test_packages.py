"""The packages that an embedded cloud needs are those of the extra."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from harness.emulator import packages
from harness.emulator.packages import missing_packages, package_versions

EXTRA = tomllib.loads(Path("pyproject.toml").read_text())["project"]["optional-dependencies"]


def test_each_of_the_extra_is_required_but_those_for_some_versions_of_python() -> None:
    everywhere = [each for each in EXTRA["emulator"] if ";" not in each]

    assert len(everywhere) > 5
    assert [each.partition(">")[0].partition("=")[0] for each in everywhere] == list(
        package_versions()
    )


def test_all_of_them_are_installed_here() -> None:
    assert missing_packages(package_versions()) == ""
    assert package_versions()["ministack"] == importlib.metadata.version("ministack")


def test_those_that_are_not_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in ("docker", "uvicorn"):
            raise importlib.metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(packages, "version", version)

    assert missing_packages(package_versions()) == "docker, uvicorn"
