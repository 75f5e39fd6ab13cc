"""Finds how to install the AWS provider: from an existing mirror, else from the registry.

https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
"""

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import UsageError
from harness.terraform.user_config import NO_USER_CONFIG, UserConfig, user_cli_config

VARIABLE = "CATALOG_HARNESS_PROVIDER_MIRROR"
# Terraform and OpenTofu have the same layout and binaries; only the host name differs.
_HOSTS = ("registry.terraform.io", "registry.opentofu.org")
# Folders of add-on software and its data in the Filesystem Hierarchy Standard 3.0:
# https://refspecs.linuxfoundation.org/FHS_3.0/fhs-3.0.html
_ADD_ON_ROOTS = (
    *map(Path, ("/opt", "/usr/local/share", "/usr/local/lib", "/usr/share", "/usr/lib")),
    *map(Path, ("/usr/libexec", "/var/lib", "/var/opt", "/var/cache", "/srv")),
)
_DEPTH = 3
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class ProviderInstallation:
    """How Terraform installs the AWS provider.

    Attributes:
        origin: What was found and where, as shown by ``doctor``.
        mirror: Folder that contains ``registry.terraform.io``; None for the registry, or for the
            provider installation in the user's CLI configuration.
        host: Name of the host's folder in the mirror.
        keep_user_config: Whether that file configures the provider installation.
    """

    origin: str
    mirror: Path | None = None
    host: str = _HOSTS[0]
    user_config: UserConfig = NO_USER_CONFIG
    keep_user_config: bool = False


def find_provider_installation(
    explicit: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    version: str | None = None,
    home: Path | None = None,
    cache: Path | None = None,
    roots: Sequence[Path] = _ADD_ON_ROOTS,
) -> ProviderInstallation:
    """Return how Terraform installs the AWS provider.

    In this order: the configured mirror; the provider installation in the user's CLI
    configuration; Terraform's plugin cache and implied mirror directories; the plugin cache of
    the harness; folders named like a registry below the folders of add-on software; the registry.

    Args:
        explicit: Mirror folder; default: CATALOG_HARNESS_PROVIDER_MIRROR.
        version: Required version, such as "5.100.0"; any when None.

    Raises:
        UsageError: The configured mirror does not contain the provider, or the user's CLI
            configuration cannot be read.
    """
    home = home or Path.home()
    config = user_cli_config(environ, home)
    configured = explicit or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    if configured is not None:
        mirror, host = _configured(configured.expanduser().absolute(), version)
        return ProviderInstallation(f"{mirror}, as configured", mirror, host, config)
    if config.has("provider_installation"):
        origin = f"the provider installation in {config.path}"
        return ProviderInstallation(origin, None, _HOSTS[0], config, keep_user_config=True)
    for folder, kind in _mirrors(environ, home, cache, roots):
        for host in _HOSTS:
            if providers_in(folder / host, version):
                return ProviderInstallation(f"{folder}, {kind}", folder, host, config)
    return ProviderInstallation("the provider registry", None, _HOSTS[0], config)


def pinned_provider_version() -> str | None:
    """Return the AWS provider version of the installed cdktf bindings.

    It is read from the metadata of the package: importing the bindings takes seconds.
    """
    try:
        package = importlib.metadata.distribution("cdktf-cdktf-provider-aws")
    except importlib.metadata.PackageNotFoundError:
        return None
    description = package.read_text("METADATA") or ""
    found = re.search(r"hashicorp/aws provider version (\d+\.\d+\.\d+)", description)
    return found[1] if found else None


def _configured(folder: Path, version: str | None) -> tuple[Path, str]:
    for candidate in (folder, folder.parent):
        for host in _HOSTS:
            if providers_in(candidate / host, version):
                return candidate, host
    raise UsageError(
        f"the provider mirror {folder} does not hold the AWS provider "
        f"{version or '(any version)'} for {_platform()}",
        remedy=f"use a folder with {_HOSTS[0]}/hashicorp/aws/<version>/{_platform()}/, as created "
        "by `terraform providers mirror`",
    )


def providers_in(host: Path, version: str | None = None) -> list[Path]:
    """Return the providers for this machine in a host's folder: programs and zip files."""
    provider = host / "hashicorp" / "aws"
    unpacked = f"{version or '*'}/{_platform()}/terraform-provider-aws*"
    packed = f"terraform-provider-aws_{version or '*'}_{_platform()}.zip"
    return [path for pattern in (unpacked, packed) for path in provider.glob(pattern)]


def _platform() -> str:
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_MACHINES.get(machine, machine)}"


def _mirrors(
    environ: Mapping[str, str], home: Path, cache: Path | None, roots: Sequence[Path]
) -> Iterator[tuple[Path, str]]:
    if environ.get("TF_PLUGIN_CACHE_DIR"):
        yield Path(environ["TF_PLUGIN_CACHE_DIR"]).expanduser(), "Terraform's plugin cache"
    for folder in _implied_mirrors(environ, home):
        yield folder, "Terraform's implied mirror directory"
    if cache is not None:
        yield cache, "the plugin cache of the harness"
    for root in roots:
        for folder in _registry_parents(root, _DEPTH):
            yield folder, "a mirror in a folder of add-on software"


def _implied_mirrors(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Yield Terraform's directories: .../config-file#implied-local-mirror-directories."""
    yield home / ".terraform.d" / "plugins"
    yield Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "terraform" / "plugins"
    for root in (home, Path("/")):  # macOS
        yield root / "Library" / "Application Support" / "io.terraform" / "plugins"
    for folder in (environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        yield Path(folder) / "terraform" / "plugins"


def _registry_parents(folder: Path, depth: int) -> Iterator[Path]:
    """Yield folders, down to a depth, that contain one named like a registry; nearest first."""
    try:
        with os.scandir(folder) as entries:
            children = [entry for entry in entries if entry.is_dir()]
    except OSError:
        return  # missing or not readable
    if any(child.name in _HOSTS for child in children):
        yield folder
    if depth > 1:
        for child in sorted(children, key=lambda entry: entry.name):
            if not child.is_symlink():
                yield from _registry_parents(Path(child.path), depth - 1)
