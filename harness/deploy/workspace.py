"""Terraform's working directory of a run: which Terraform, which provider, which target."""

import threading
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from harness.run.run import Run
from harness.targets.base import Target
from harness.terraform import (
    ProviderSource,
    Terraform,
    Workspace,
    find_provider,
    find_terraform,
    pinned_provider_version,
)
from harness.terraform.cli_config import write_cli_config


@dataclass(frozen=True)
class Tools:
    """What deploys: the Terraform to run, and where it gets the AWS provider."""

    terraform: Terraform
    provider: ProviderSource
    provider_version: str | None

    def facts(self) -> dict[str, str]:
        """Name them for a report."""
        return {
            "terraform": str(self.terraform),
            "AWS provider": f"{self.provider_version or 'any'} from {self.provider.origin}",
        }


def find_tools(terraform: str | None, provider_mirror: Path | None) -> Tools:
    """Find them by the settings given.

    Raises:
        ToolNotFoundError: There is no Terraform that can be used.
        UsageError: The mirror that was set does not hold the provider.
    """
    return Tools(
        find_terraform(terraform), find_provider_source(provider_mirror), pinned_provider_version()
    )


def find_provider_source(mirror: Path | None) -> ProviderSource:
    """Find out where the AWS provider comes from that the bindings are made for.

    Raises:
        UsageError: The mirror that was set does not hold it.
    """
    return find_provider(mirror, version=pinned_provider_version(), cache=_plugin_cache())


def workspace_of(
    run: Run, target: Target, tools: Tools, *, cancel: threading.Event | None = None
) -> Workspace:
    """Return the working directory of a run, bound to its target.

    Args:
        run: The run.
        target: Where it deploys; started.
        tools: What deploys.
        cancel: Set by another thread to end the command under way.
    """
    cli_config = write_cli_config(
        tools.provider,
        run.directory / "cli",
        registry=tools.terraform.registry,
        cache=_plugin_cache(),
    )
    return Workspace(
        run.workspace_directory,
        tools.terraform,
        environment=target.environment(),
        cli_config=cli_config,
        cancel=cancel,
    )


def _plugin_cache() -> Path:
    return platformdirs.user_cache_path("catalog-harness") / "providers"
