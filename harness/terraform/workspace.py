"""A working directory in which Terraform deploys one stack: one method per verb."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from harness.terraform import apply as _apply
from harness.terraform import apply as _output
from harness.terraform import configuration
from harness.terraform import destroy as _destroy
from harness.terraform import init as _init
from harness.terraform import plan as _plan
from harness.terraform import state as _state
from harness.terraform.apply import ApplyResult
from harness.terraform.binary import Terraform
from harness.terraform.command import CommandLine, child_environment
from harness.terraform.destroy import DestroyResult
from harness.terraform.events import Event
from harness.terraform.plan import Plan

# Providers listen on sockets "plugin" and up to ten digits; macOS allows paths of 103 bytes.
_LONGEST = 103 - len("/plugin4294967295")


def temporary_directory(directory: Path) -> dict[str, str]:
    """Make a folder for temporary files and return the variable that names it.

    A provider that is killed leaves its socket behind, where nobody could tell whose it was.

    Args:
        directory: Terraform's working directory.

    Returns:
        Nothing when the path is too long for a socket: the system's folder is used then.
    """
    own = directory.absolute() / "tmp"
    if len(str(own).encode()) > _LONGEST:
        return {}
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"TMPDIR": str(own)}


_PARALLELISM = 30


@dataclass(frozen=True)
class Workspace:
    """One stack's working directory, and Terraform bound to it.

    ``prepare`` may run while the configuration is still being synthesized; ``init`` after
    ``write`` then has nothing left to do.

    Attributes:
        directory: Working directory; made when missing. A local state is kept here.
        terraform: What to run.
        environment: The target's environment variables, such as its AWS credentials.
        cli_config: Terraform's CLI configuration; None leaves the user's own.
        cache: Folder that all runs of this user share.
        cancel: Set by another thread to end the init, plan or apply under way, gracefully.
    """

    directory: Path
    terraform: Terraform
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    cli_config: Path | None = None
    cache: Path = field(default_factory=lambda: platformdirs.user_cache_path("catalog-harness"))
    cancel: threading.Event | None = None

    def prepare(self, required_providers: Mapping[str, Any], *, timeout: float = 600.0) -> None:
        """Install providers before the configuration is there, for a local state.

        Args:
            required_providers: As in a configuration: ``{"aws": {"source": "hashicorp/aws",
                "version": "5.100.0"}}``.
            timeout: Deadline in seconds.

        Raises:
            TerraformError: ``init`` failed.
        """
        self.write(configuration.stub(required_providers))
        self.init(timeout=timeout)

    def write(
        self, config: Mapping[str, Any], *, provider: Mapping[str, Any] | None = None
    ) -> None:
        """Write the synthesized configuration and what the target adds to it.

        Args:
            config: The synthesized configuration, unchanged.
            provider: Arguments of ``provider "aws"`` that the target needs.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration.write_json(self.directory / configuration.CONFIGURATION, config)
        configuration.write_json(
            self.directory / configuration.OVERRIDES,
            configuration.overrides(config, provider or {}),
        )

    def init(
        self, *, backend_config: Mapping[str, Any] | None = None, timeout: float = 600.0
    ) -> bool:
        """Initialise the directory; False when ``prepare`` had done all of it.

        Raises:
            TerraformError: ``init`` failed.
            ProcessError: It, or the queue for it, ran out of time.
        """
        return _init.init(
            self._command,
            backend_config=backend_config,
            lock=self.cache / "terraform-init.lock",
            timeout=timeout,
        )

    def plan(self, *, refresh: bool = True, timeout: float = 900.0) -> Plan:
        """Return in what the configuration differs from what is deployed.

        Raises:
            TerraformError: It failed.
        """
        return _plan.plan(self._command, refresh=refresh, timeout=timeout)

    def apply(
        self,
        *,
        on_event: Callable[[Event], None] | None = None,
        parallelism: int = _PARALLELISM,
        timeout: float = 3600.0,
    ) -> ApplyResult:
        """Deploy the configuration.

        Raises:
            TerraformError: It failed; what had been made by then is in the state.
            ProcessError: It was cancelled or ran out of time; likewise.
        """
        return _apply.apply(
            self._command, on_event=on_event, parallelism=parallelism, timeout=timeout
        )

    def destroy(
        self,
        *,
        on_event: Callable[[Event], None] | None = None,
        parallelism: int = _PARALLELISM,
        timeout: float = 3600.0,
        refresh: bool = True,
    ) -> DestroyResult:
        """Remove everything that the state holds; ``cancel`` does not stop it.

        Raises:
            TerraformError: It failed, with an unknown error or twice.
            ProcessError: It ran out of time.
        """
        return _destroy.destroy(
            self._uncancelled,
            on_event=on_event,
            parallelism=parallelism,
            timeout=timeout,
            refresh=refresh,
        )

    def outputs(self) -> dict[str, Any]:
        """Return output name -> value; the sensitive ones are registered for redaction."""
        return _output.outputs(self._uncancelled)

    def state_resources(self) -> tuple[str, ...]:
        """Return the addresses of the managed resources in the state."""
        return _state.state_resources(self._uncancelled)

    def state_identifiers(self) -> frozenset[str]:
        """Return ids and ARNs of everything that the state holds."""
        return _state.state_identifiers(self._uncancelled)

    @property
    def _uncancelled(self) -> CommandLine:
        # A cancelled run is still looked at and torn down with the same workspace.
        return replace(self._command, cancel=None)

    @property
    def _command(self) -> CommandLine:
        return CommandLine(
            terraform=self.terraform,
            directory=self.directory,
            environment=child_environment(
                {**temporary_directory(self.directory), **self.environment}, self.cli_config
            ),
            cancel=self.cancel,
        )
