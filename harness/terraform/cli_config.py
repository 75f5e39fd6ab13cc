"""Writes the CLI configuration of Terraform for a run."""

import json
from collections.abc import Callable
from pathlib import Path

from harness.terraform.provider_installation import ProviderInstallation, providers_in

_PROVIDER = "hashicorp/aws"


def write_cli_config(
    installation: ProviderInstallation,
    directory: Path,
    *,
    registry: str,
    cache: Path,
    launcher: Callable[..., object] | None = None,
) -> Path | None:
    """Write the CLI configuration for a provider installation.

    Only the AWS provider is installed from a mirror; all others from the registry.

    Args:
        directory: Folder of the run for the file and, for OpenTofu, a mirror of links.
        launcher: Writes a launcher to a path, of the ``program`` at another.

    Returns:
        The file for TF_CLI_CONFIG_FILE; None to use the user's own unchanged.
    """
    if installation.keep_user_config:
        return None
    directory.mkdir(parents=True, exist_ok=True)
    if installation.mirror is None:
        ours = "" if installation.user_config.has("plugin_cache_dir") else _plugin_cache(cache)
    else:
        host = installation.mirror / installation.host
        mirror = _launchers(host, directory, registry, launcher) if launcher else None
        ours = _from_mirror(mirror or _host_folder(host, directory, registry), registry)
    path = directory / "terraform.tfrc"
    text = f"{installation.user_config.hcl}\n{ours}"
    # Not rewritten unchanged: another command of the run may be reading it.
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


def _from_mirror(mirror: Path, registry: str) -> str:
    address = json.dumps([f"{registry}/{_PROVIDER}"])
    return f"""provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(mirror))}
    include = {address}
  }}
  direct {{
    exclude = {address}
  }}
}}
"""


def _plugin_cache(cache: Path) -> str:
    cache.mkdir(parents=True, exist_ok=True)
    # Without the second line Terraform uses the cache only for providers in a lock file; the
    # working directory of a run has none. The signature of the registry was verified when the
    # cache was filled.
    return (
        f"plugin_cache_dir = {json.dumps(str(cache))}\n"
        "plugin_cache_may_break_dependency_lock_file = true\n"
    )


def _launchers(
    host: Path, directory: Path, registry: str, write: Callable[..., object]
) -> Path | None:
    """Return a mirror with launchers of the providers; None if one is packed."""
    programs, mirror = providers_in(host), directory / "provider-launchers"
    if any(program.suffix == ".zip" for program in programs):
        return None
    for program in programs:
        if not (path := mirror / registry / program.relative_to(host)).exists():
            write(path, program=program.absolute())
    return mirror if programs else None


def _host_folder(host: Path, directory: Path, registry: str) -> Path:
    """Return a mirror whose host folder has the name of the registry, as a link if necessary."""
    if host.name == registry:
        return host.parent
    link = directory / "provider-mirror" / registry
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(host, target_is_directory=True)
    return link.parent
