"""Terraform for a run: its tools, its working directory, its events on the timeline."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

from harness.core.folders import create_folder
from harness.run.run import Run
from harness.run.timeline import Timeline
from harness.targets.base import Target
from harness.terraform.binary import Terraform, find_terraform
from harness.terraform.cli_config import write_cli_config
from harness.terraform.events import ChangeSummary, Event, OperationEvent
from harness.terraform.provider_clock.installation import reason_file, write_launcher
from harness.terraform.provider_installation import (
    ProviderInstallation,
    find_provider_installation,
    pinned_provider_version,
)
from harness.terraform.working_directory import WorkingDirectory


@dataclass(frozen=True)
class Tools:
    """The Terraform to run, and the source of the AWS provider."""

    terraform: Terraform
    provider: ProviderInstallation
    provider_version: str | None

    def facts(self) -> dict[str, str]:
        """Return facts about the tools for the report, name -> text."""
        return {
            "terraform": str(self.terraform),
            "AWS provider": f"{self.provider_version or 'any'} from {self.provider.origin}",
        }


def find_tools(terraform: str | None, provider_mirror: Path | None) -> Tools:
    """Find the tools that the settings name.

    Raises:
        ToolNotFoundError: There is no usable Terraform.
        UsageError: The mirror does not contain the provider.
    """
    return Tools(
        find_terraform(terraform), find_provider_source(provider_mirror), pinned_provider_version()
    )


def find_provider_source(mirror: Path | None) -> ProviderInstallation:
    """Return the source of the AWS provider version that the cdktf bindings require.

    Raises:
        UsageError: The mirror does not contain it.
    """
    return find_provider_installation(
        mirror, version=pinned_provider_version(), cache=_plugin_cache()
    )


def workspace_of(
    run: Run, target: Target | None, tools: Tools, *, cancel: threading.Event | None = None
) -> WorkingDirectory:
    """Return the working directory of a run, configured for its started target.

    Without a target, its commands have no access to AWS.
    """
    clock, directory = run.record.provider_clock, create_folder(run.workspace_directory)
    launcher = partial(write_launcher, factor=clock, reason=reason_file(directory))
    cli_config = write_cli_config(
        tools.provider,
        run.directory / "cli",
        registry=tools.terraform.registry,
        cache=_plugin_cache(),
        # `init` would read the 700 MB of the provider for a checksum that is then dropped.
        launcher=launcher if clock > 1 else None,
    )
    return WorkingDirectory(
        directory,
        tools.terraform,
        environment=target.environment() if target else {},
        cli_config=cli_config,
        cancel=cancel,
        clock=clock,
        phase=run.timeline.phase,
    )


def terraform_listener(
    timeline: Timeline, clock: Callable[[], float] = time.monotonic
) -> Callable[[Event], None]:
    """Return a listener for one Terraform command that adds its events to a timeline.

    Terraform reports whole seconds; the clock gives exact durations.
    """
    starts: dict[str, float] = {}

    def listen(event: Event) -> None:
        if isinstance(event, ChangeSummary) and event.operation == "plan":
            timeline.observer.resources_planned(event.add + event.change + event.remove)
        elif isinstance(event, OperationEvent) and event.kind == "apply_start":
            starts[event.address] = clock()
            timeline.observer.resource_started(event.address, event.action)
        elif isinstance(event, OperationEvent) and event.kind == "apply_complete":
            started = starts.pop(event.address, clock())
            timeline.resource(event.address, event.action, clock() - started)

    return listen


def _plugin_cache() -> Path:
    return platformdirs.user_cache_path("catalog-harness") / "providers"
