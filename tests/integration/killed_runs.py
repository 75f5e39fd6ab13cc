"""Deployments that are killed on the way, with Terraform and provider, as a crash would."""

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from harness.catalog import CATALOG
from harness.catalog.configuration import LOCAL_IMAGE
from harness.core.errors import HarnessError
from harness.core.folders import create_folder
from harness.deploy.workspace import Tools
from harness.synth.synthesize import synthesize
from harness.targets.embedded import EmbeddedTarget
from harness.terraform.cli_config import write_cli_config
from harness.terraform.events import Event, OperationEvent
from harness.terraform.working_directory import WorkingDirectory
from stack.config import StackConfig

EXPIRED = "2026-01-01T00:00:00Z"
_TEMPLATE = "synthesized"


@dataclass(frozen=True)
class KilledRun:
    """A run and when it is killed.

    Attributes:
        suffix: Its environment suffix.
        tiers: What it deploys.
        kind: Terraform's event at which it is killed ("apply_start", "apply_complete").
        type: Type of the resource that the event is about; empty: it is never killed.
    """

    suffix: str
    tiers: tuple[str, ...]
    kind: str = ""
    type: str = ""

    def deploy(self, directory: Path, target: EmbeddedTarget, tools: Tools) -> str:
        """Deploy it until it is killed; return the error of Terraform."""
        workspace = WorkingDirectory(
            create_folder(directory),
            tools.terraform,
            environment=target.environment(),
            cli_config=write_cli_config(
                tools.provider,
                directory.parent / "cli",
                registry=tools.terraform.registry,
                cache=platformdirs.user_cache_path("catalog-harness") / "providers",
            ),
            clock=EmbeddedTarget.default_clock,
        )
        workspace.write(self._configuration(), provider=target.provider())
        workspace.init()
        try:
            workspace.apply(on_event=lambda event: self._look(event, directory))
        except HarnessError as error:
            return error.message
        return ""

    def _look(self, event: Event, directory: Path) -> None:
        if (
            isinstance(event, OperationEvent)
            and event.kind == self.kind
            and event.address.startswith(f"{self.type}.")
        ):
            _kill_everything_in(directory)

    def _configuration(self) -> Any:
        return json.loads(_synthesized(self.tiers).replace(_TEMPLATE, self.suffix))


@cache
def _synthesized(tiers: tuple[str, ...]) -> str:
    """Return the stack's JSON with a placeholder for the suffix: a synth takes seconds."""
    config = StackConfig(
        environment_suffix=_TEMPLATE,
        tiers=frozenset(tiers),
        tags={"expires-at": EXPIRED, "RunId": f"{_TEMPLATE}-1", "Owner": "test"},
        image=LOCAL_IMAGE,
        cloudfront_wait_for_deployment=False,
    )
    return json.dumps(synthesize(CATALOG.app, config).json)


def _kill_everything_in(directory: Path) -> None:
    """Kill Terraform and its provider, which share a working directory."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.cwd() == str(directory):
                process.kill()
