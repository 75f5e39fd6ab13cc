"""Where Terraform finds the launcher, and the launcher the provider."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from harness.terraform.provider_clock.installation import (
    install_launcher,
    with_shared_provider,
)

PACKAGE = Path("registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64")
BINARY = "terraform-provider-aws_v5.100.0_x5"
ELF = b"\x7fELF provider"


def package(root: Path, name: str = BINARY) -> Path:
    folder = root / PACKAGE
    folder.mkdir(parents=True)
    (folder / name).write_bytes(ELF)
    (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An initialised working directory, without its providers."""
    directory = tmp_path / "a run's directory"
    (directory / ".terraform" / "providers").mkdir(parents=True)
    return directory


def installed(directory: Path) -> Path:
    return directory / ".terraform" / "providers" / PACKAGE


def provider_of(launcher: Path) -> Path:
    """Return the program that a launcher starts in the end."""
    *_, last = launcher.read_text().splitlines()
    command, program, arguments = shlex.split(last)
    assert (command, arguments) == ("exec", "$@")
    return Path(program)


def link(directory: Path, target: Path) -> None:
    installed(directory).parent.mkdir(parents=True)
    installed(directory).symlink_to(target, target_is_directory=True)


def test_a_linked_provider_stays_where_it_is(directory: Path, tmp_path: Path) -> None:
    mirror = package(tmp_path / "mirror")
    link(directory, mirror)

    install_launcher(directory, 20)

    assert [each.name for each in installed(directory).iterdir()] == [BINARY]
    assert provider_of(installed(directory) / BINARY) == mirror / BINARY
    assert [(each.name, each.read_bytes()) for each in mirror.iterdir()] == [(BINARY, ELF)]


def test_a_copied_provider_is_moved(directory: Path) -> None:
    package(directory / ".terraform" / "providers")

    install_launcher(directory, 20)

    provider = provider_of(installed(directory) / BINARY)
    assert provider.read_bytes() == ELF
    assert directory in provider.parents
    assert provider.stat().st_mode & 0o111


def test_the_launcher_names_interpreter_and_factor(directory: Path, tmp_path: Path) -> None:
    link(directory, package(tmp_path / "mirror"))

    install_launcher(directory, 33)

    words = shlex.split((installed(directory) / BINARY).read_text())
    assert words[words.index("-x") + 1] == sys.executable
    assert "33" in words
    assert (installed(directory) / BINARY).stat().st_mode & 0o777 == 0o700


def test_a_second_installation_changes_nothing(directory: Path, tmp_path: Path) -> None:
    link(directory, package(tmp_path / "mirror"))
    install_launcher(directory, 20)
    before = (installed(directory) / BINARY).read_text()

    install_launcher(directory, 20)

    assert (installed(directory) / BINARY).read_text() == before


def test_a_later_init_gets_its_launcher_as_well(directory: Path, tmp_path: Path) -> None:
    package(directory / ".terraform" / "providers")
    install_launcher(directory, 20)
    (installed(directory) / BINARY).unlink()
    installed(directory).rmdir()
    other = package(tmp_path / "mirror")
    installed(directory).symlink_to(other, target_is_directory=True)

    install_launcher(directory, 20)

    assert provider_of(installed(directory) / BINARY) == other / BINARY


def test_other_providers_are_not_changed(directory: Path) -> None:
    other = directory / ".terraform/providers/registry.terraform.io/hashicorp/random/3.6.0/x"
    other.mkdir(parents=True)
    (other / "terraform-provider-random_v3").write_bytes(ELF)

    install_launcher(directory, 20)

    assert (other / "terraform-provider-random_v3").read_bytes() == ELF


@pytest.mark.parametrize("relay", [True, False])
def test_a_command_shares_the_provider_of_the_launcher(
    directory: Path, tmp_path: Path, relay: bool
) -> None:
    link(directory, package(tmp_path / "mirror"))
    install_launcher(directory, 20)

    command = with_shared_provider(["terraform", "apply"], directory, relay=relay)

    launcher = installed(directory) / BINARY
    assert command[0] == sys.executable
    assert command[-5:] == (
        str(launcher),
        "registry.terraform.io/hashicorp/aws",
        os.pathsep.join(filter(None, sys.path)) if relay else "",
        "terraform",
        "apply",
    )


def test_without_a_launcher_a_command_starts_its_providers(directory: Path, tmp_path: Path) -> None:
    link(directory, package(tmp_path / "mirror"))

    command = with_shared_provider(["terraform", "apply"], directory, relay=True)

    assert command == ("terraform", "apply")
