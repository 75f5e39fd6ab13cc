import importlib.metadata
import platform
from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.terraform.provider_installation import (
    ProviderInstallation,
    find_provider_installation,
    pinned_provider_version,
)

_VERSION = "5.100.0"


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def provider(
    folder: Path,
    version: str = _VERSION,
    *,
    system: str = "linux_amd64",
    host: str = "registry.terraform.io",
) -> Path:
    """Put an unpacked provider into a mirror."""
    place = folder / host / "hashicorp" / "aws" / version / system
    place.mkdir(parents=True)
    (place / f"terraform-provider-aws_v{version}_x5").touch()
    return folder


def find(home: Path, *roots: Path, environ: dict[str, str] | None = None) -> ProviderInstallation:
    given = {"XDG_DATA_DIRS": str(home / "no-data-dirs"), **(environ or {})}
    return find_provider_installation(environ=given, version=_VERSION, home=home, roots=roots)


def test_without_a_mirror_the_source_is_the_registry(home: Path, tmp_path: Path) -> None:
    found = find(home, tmp_path / "opt")

    assert (found.mirror, found.origin) == (None, "the provider registry")


@pytest.mark.parametrize("name", ["mirror", "vendor/mirror"])
def test_a_mirror_in_a_folder_of_add_on_software_is_found(
    home: Path, tmp_path: Path, name: str
) -> None:
    folder = provider(tmp_path / "opt" / name)

    found = find(home, tmp_path / "opt")

    assert found.mirror == folder
    assert found.origin == f"{folder}, a mirror in a folder of add-on software"


def test_a_mirror_below_the_maximum_depth_is_not_found(home: Path, tmp_path: Path) -> None:
    provider(tmp_path / "opt" / "a" / "b" / "c")

    assert find(home, tmp_path / "opt").mirror is None


def test_symbolic_links_are_not_followed(home: Path, tmp_path: Path) -> None:
    provider(tmp_path / "elsewhere")
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt" / "link").symlink_to(tmp_path / "elsewhere")

    assert find(home, tmp_path / "opt").mirror is None


def test_another_version_or_platform_is_not_used(home: Path, tmp_path: Path) -> None:
    provider(tmp_path / "opt" / "a", "6.0.0")
    provider(tmp_path / "opt" / "b", system="darwin_arm64")

    assert find(home, tmp_path / "opt").mirror is None


def test_a_registry_folder_without_the_provider_is_skipped(home: Path, tmp_path: Path) -> None:
    (tmp_path / "opt" / "a" / "registry.terraform.io").mkdir(parents=True)
    folder = provider(tmp_path / "opt" / "b")

    assert find(home, tmp_path / "opt").mirror == folder


def test_a_packed_provider_is_found(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "opt" / "registry.terraform.io" / "hashicorp" / "aws"
    place.mkdir(parents=True)
    (place / f"terraform-provider-aws_{_VERSION}_linux_amd64.zip").touch()

    assert find(home, tmp_path / "opt").mirror == tmp_path / "opt"


def test_a_mirror_of_opentofu_is_found(home: Path, tmp_path: Path) -> None:
    provider(tmp_path / "opt", host="registry.opentofu.org")

    assert find(home, tmp_path / "opt").host == "registry.opentofu.org"


@pytest.mark.parametrize("place", [".terraform.d/plugins", ".local/share/terraform/plugins"])
def test_the_implied_mirrors_precede_the_add_on_software(
    home: Path, tmp_path: Path, place: str
) -> None:
    provider(tmp_path / "opt")
    folder = provider(home / place)

    found = find(home, tmp_path / "opt")

    assert found.mirror == folder
    assert found.origin.endswith("Terraform's implied mirror directory")


def test_the_users_plugin_cache_is_used(home: Path, tmp_path: Path) -> None:
    folder = provider(tmp_path / "cache")

    found = find(home, environ={"TF_PLUGIN_CACHE_DIR": str(folder)})

    assert (found.mirror, found.origin) == (folder, f"{folder}, Terraform's plugin cache")


def test_the_plugin_cache_of_the_harness_is_used(home: Path, tmp_path: Path) -> None:
    folder = provider(tmp_path / "kept")

    found = find_provider_installation(
        environ={}, version=_VERSION, home=home, cache=folder, roots=()
    )

    assert found.mirror == folder


def test_the_provider_installation_of_the_user_is_used(home: Path, tmp_path: Path) -> None:
    provider(tmp_path / "opt")
    (home / ".terraformrc").write_text("provider_installation {\n  direct {}\n}\n")

    found = find(home, tmp_path / "opt")

    assert (found.keep_user_config, found.mirror) == (True, None)
    assert str(home / ".terraformrc") in found.origin


def test_a_configuration_without_a_provider_installation_is_kept(
    home: Path, tmp_path: Path
) -> None:
    folder = provider(tmp_path / "opt")
    (home / ".terraformrc").write_text('host "h" {}')

    found = find(home, tmp_path / "opt")

    assert found.mirror == folder
    assert found.user_config.text == 'host "h" {}'


def test_the_configured_mirror_precedes_the_users_configuration(home: Path, tmp_path: Path) -> None:
    (home / ".terraformrc").write_text("provider_installation {\n  direct {}\n}\n")
    folder = provider(tmp_path / "mine")

    found = find_provider_installation(folder, {}, version=_VERSION, home=home, roots=())

    assert (found.mirror, found.keep_user_config) == (folder, False)
    assert found.origin == f"{folder}, as configured"


def test_the_folder_of_the_host_can_be_configured(home: Path, tmp_path: Path) -> None:
    folder = provider(tmp_path / "mine")

    found = find_provider_installation(folder / "registry.terraform.io", {}, home=home, roots=())

    assert found.mirror == folder


def test_the_variable_configures_the_mirror(home: Path, tmp_path: Path) -> None:
    folder = provider(tmp_path / "mine")

    assert find(home, environ={"CATALOG_HARNESS_PROVIDER_MIRROR": str(folder)}).mirror == folder


def test_the_configured_mirror_must_contain_the_provider(home: Path, tmp_path: Path) -> None:
    provider(tmp_path / "mine", "6.0.0")

    with pytest.raises(UsageError, match=r"does not hold the AWS provider 5\.100\.0") as raised:
        find_provider_installation(tmp_path / "mine", {}, version=_VERSION, home=home, roots=())

    assert "registry.terraform.io/hashicorp/aws/<version>/linux_amd64/" in raised.value.remedy


def test_without_a_required_version_any_is_used(home: Path, tmp_path: Path) -> None:
    folder = provider(tmp_path / "opt", "6.0.0")

    assert find_provider_installation(environ={}, home=home, roots=[folder]).mirror == folder


def test_the_pinned_version_is_that_of_the_installed_bindings() -> None:
    assert pinned_provider_version() == _VERSION


def test_without_bindings_no_version_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", absent)

    assert pinned_provider_version() is None
