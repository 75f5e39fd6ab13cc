"""Duration of a whole run of the harness, compared with bare Terraform on the same emulator."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.catalog import CATALOG
from harness.core import process
from harness.core.errors import HarnessError
from harness.core.folders import temporary_folder
from harness.deploy.workspace import find_tools, workspace_of
from harness.emulator.cloud import embedded_cloud
from harness.run.ledger import Ledger
from harness.run.run import Run
from harness.run.timeline import Observer, Timeline
from harness.settings.settings import HarnessSettings, new_environment_suffix
from harness.synth.synthesize import synthesize
from harness.targets.embedded import EmbeddedTarget
from harness.terraform.command import child_environment

_VERB_SECONDS = 900.0
_RUN_SECONDS = 1800.0


@dataclass(frozen=True)
class Comparison:
    """Seconds of one bare and one harness run on the same machine, one after the other.

    Attributes:
        bare: Step -> seconds: the emulator's start, then Terraform's init, apply, destroy.
        harness: Seconds of a whole ``catalog-harness run``, from process start to exit.
    """

    bare: dict[str, float]
    harness: float

    @property
    def ratio(self) -> float:
        """Harness over bare."""
        return self.harness / sum(self.bare.values())


def compare(settings: HarnessSettings, note: Callable[[str], object]) -> Comparison:
    """Deploy and destroy the same stack on the embedded target: bare Terraform, then the harness.

    Raises:
        HarnessError: A step failed.
    """
    bare = _bare(settings, note)
    note("harness: catalog-harness run")
    started = time.monotonic()
    command = [sys.executable, "-m", __package__.partition(".")[0], "run"]
    command += ["--region", settings.region]
    command += [f"--provider-clock={settings.provider_clock}"] if settings.provider_clock else []
    completed = subprocess.run(
        command, stdout=subprocess.DEVNULL, timeout=_RUN_SECONDS, check=False
    )
    if completed.returncode:
        raise HarnessError(f"catalog-harness run ended with exit status {completed.returncode}")
    return Comparison(bare, time.monotonic() - started)


def _bare(settings: HarnessSettings, note: Callable[[str], object]) -> dict[str, float]:
    seconds: dict[str, float] = {}

    def timed(step: str, action: Callable[[], object]) -> None:
        note(f"bare: {step}")
        started = time.monotonic()
        action()
        seconds[step] = time.monotonic() - started

    with temporary_folder("catalog-benchmark-") as home:
        started = time.monotonic()
        with embedded_cloud(region=settings.region) as cloud:
            seconds["emulator start"] = time.monotonic() - started
            _terraform_verbs(settings, home, cloud.directory, timed)
    return seconds


def _terraform_verbs(
    settings: HarnessSettings,
    home: Path,
    cloud: str,
    timed: Callable[[str, Callable[[], object]], None],
) -> None:
    target = EmbeddedTarget(region=settings.region, attachment={"cloud": cloud})
    run = Run(CATALOG, settings, new_environment_suffix(), Ledger(home), Timeline(Observer()), None)
    tools = find_tools(settings.terraform, settings.provider_mirror)
    workspace = workspace_of(run, target, tools)
    # The synth is not timed: bare Terraform starts from existing JSON.
    config = CATALOG.resolve(run.planned_config(target), settings, target, run.timeline)
    workspace.write(synthesize(CATALOG.app, config).json, provider=target.provider())
    environment = child_environment(workspace.environment, workspace.cli_config)
    for verb in (["init"], ["apply", "-auto-approve"], ["destroy", "-auto-approve"]):
        bare = partial(
            process.run,
            [*tools.terraform.command, *verb, "-input=false"],
            cwd=workspace.path,
            env=environment,
            timeout=_VERB_SECONDS,
        )
        timed(f"terraform {verb[0]}", bare)
