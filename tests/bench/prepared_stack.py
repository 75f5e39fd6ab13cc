"""The synthesized stack in a folder, for any tool that runs Terraform in it."""

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.catalog import CATALOG
from harness.deploy.workspace import find_tools
from harness.settings.settings import HarnessSettings
from harness.synth.synthesize import synthesize
from harness.targets.embedded import EmbeddedTarget
from harness.targets.emulator_settings import EMULATOR_PROVIDER
from harness.terraform import configuration
from harness.terraform.cli_config import write_cli_config
from harness.terraform.command import child_environment

REGION = "eu-north-1"
SUFFIX = "bench-1"
# With this variable the command `terraform` refuses to apply: nothing may be deployed.
NO_APPLY = "BENCH_NO_APPLY"
REFUSED = "bench: apply refused"


@dataclass(frozen=True)
class PreparedStack:
    """The stack for the embedded cloud, synthesized before anything is timed.

    Attributes:
        folder: Folder for everything; ``bin/terraform`` is the Terraform of all tools.
        document: The stack's Terraform JSON.
        cli_config: Terraform's CLI configuration, with the source of the provider.
        terraform: Name and version of the Terraform.
    """

    folder: Path
    document: Mapping[str, Any]
    cli_config: Path | None
    terraform: str

    def environment(self, cloud: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a tool: ``terraform`` is on PATH, requests go to a cloud."""
        found = child_environment({**cloud, "PYTHONUNBUFFERED": "1"}, self.cli_config)
        return {**found, "PATH": f"{self.folder / 'bin'}{os.pathsep}{found['PATH']}"}

    def write(self, folder: Path, document: Mapping[str, Any]) -> Path:
        """Write a document and the emulator's provider arguments into a new folder."""
        folder.mkdir(parents=True)
        configuration.write_json(folder / "cdk.tf.json", document)
        overrides = configuration.overrides(document, EMULATOR_PROVIDER)
        configuration.write_json(folder / "bench_override.tf.json", overrides)
        return folder


def prepare(folder: Path) -> PreparedStack:
    """Synthesize the stack, and write the command ``terraform`` for all tools."""
    settings = HarnessSettings(region=REGION)
    target = EmbeddedTarget(region=REGION)
    config = CATALOG.predict(CATALOG.configure(settings, SUFFIX, target=target))
    tools = find_tools(None, None)
    registry = tools.terraform.registry
    cli_config = write_cli_config(
        tools.provider, folder / "cli", registry=registry, cache=folder / "providers"
    )
    program = folder / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = apply ] && [ -n "${NO_APPLY}" ]; then echo "{REFUSED}"; exit 97; '
        f'fi\nexec {shlex.join(tools.terraform.command)} "$@"\n'
    )
    program.chmod(0o755)
    document = json.loads(json.dumps(synthesize(CATALOG.app, config).json))
    return PreparedStack(folder, document, cli_config, str(tools.terraform).partition(" (")[0])
