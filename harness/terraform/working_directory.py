"""The working directory of one stack, with one method per Terraform command."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from harness.core.locks import Phase
from harness.terraform import configuration
from harness.terraform.aws_error_parsing import AwsError
from harness.terraform.binary import Terraform
from harness.terraform.command import CHANGING, CommandLine, child_environment
from harness.terraform.errors import TerraformError, transient_reason
from harness.terraform.events import Event
from harness.terraform.init import initialise
from harness.terraform.plan import Plan, make_plan
from harness.terraform.provider_clock import installation
from harness.terraform.state import State

logger = logging.getLogger(__name__)

_TEMPORARY = "tmp"
_STALE = "the state was not refreshed and may have been out of date"


@dataclass(frozen=True)
class WorkingDirectory:
    """The working directory of one stack, and Terraform bound to it.

    ``prepare`` can run during the synth; ``init`` after ``write`` then has nothing left to do.

    Attributes:
        path: The directory, with a local state; created if missing.
        environment: Environment variables of the target, such as AWS credentials.
        cli_config: CLI configuration of Terraform; None for the user's own.
        cache: Folder shared by all runs of this user.
        cancel: Set by another thread to stop the running init, plan or apply gracefully.
        clock: How many times as fast the monotonic clock of the AWS provider runs.
        phase: Names the wait for another ``init``; see ``file_lock``.
    """

    path: Path
    terraform: Terraform
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    cli_config: Path | None = None
    cache: Path = field(default_factory=lambda: platformdirs.user_cache_path("catalog-harness"))
    cancel: threading.Event | None = None
    clock: int = 1
    phase: Phase = nullcontext

    def prepare(self, required_providers: Mapping[str, Any]) -> None:
        """Install providers before the configuration exists, for a local state.

        Such as ``{"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}``.

        Raises:
            TerraformError: ``init`` failed.
        """
        self.write({"terraform": {"required_providers": required_providers}})
        self.init()

    def write(
        self, config: Mapping[str, Any], *, provider: Mapping[str, Any] | None = None
    ) -> None:
        """Write the synthesized configuration, and the target's arguments of the provider."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration.write_json(self.path / configuration.CONFIGURATION, config)
        configuration.write_json(
            self.path / configuration.OVERRIDES,
            configuration.overrides(config, provider or {}, clock=self.clock),
        )

    def init(
        self, *, backend_config: Mapping[str, Any] | None = None, timeout: float = 600.0
    ) -> bool:
        """Initialise the directory; False if it was initialised for the same configuration.

        Args:
            backend_config: Arguments of the backend that are not in the configuration.
            timeout: Deadline in seconds for each of the queue and the command.

        Raises:
            TerraformError: ``init`` failed.
            ProcessError: It, or the queue for it, ran out of time.
        """
        initialised = initialise(
            self._command,
            backend_config=backend_config,
            lock=self.cache / "terraform-init.lock",
            timeout=timeout,
            phase=self.phase,
        )
        if initialised and self.clock > 1:
            installation.install_launcher(self.path, self.clock)
        return initialised

    def plan(self) -> Plan:
        """Return the differences between the configuration and the deployed resources.

        Raises:
            TerraformError: It failed.
        """
        return make_plan(self._command)

    def apply(
        self, *, on_event: Callable[[Event], None] | None = None, timeout: float = 3600.0
    ) -> State:
        """Deploy the configuration, and return the state.

        Raises:
            TerraformError: It failed; what had been created by then is in the state.
            ProcessError: It was cancelled or ran out of time; likewise.
        """
        self._command.run("apply", *CHANGING, timeout=timeout, on_event=on_event)
        return self.state

    def destroy(
        self,
        *,
        on_event: Callable[[Event], None] | None = None,
        timeout: float = 3600.0,
        transient: Callable[[AwsError], str] = lambda _: "",
        refresh: bool = True,
    ) -> str:
        """Destroy everything in the state; ``cancel`` does not stop it.

        Args:
            timeout: Deadline of each attempt in seconds.
            transient: Returns why an error of AWS is transient; empty for any other error. A
                destroy with such errors alone is repeated once.
            refresh: Whether the state is refreshed first; False when it was just refreshed: after
                any error it is then repeated with refresh.

        Returns:
            Why a second attempt was made; empty when the first one succeeded.

        Raises:
            TerraformError: It failed, with an unknown error or twice.
            ProcessError: It ran out of time.
        """
        state = self.state
        state.recover()
        if not state.resources():
            return ""

        def attempt(*, refresh: bool) -> None:
            option = f"-refresh={str(refresh).lower()}"
            state.command.run("destroy", *CHANGING, option, timeout=timeout, on_event=on_event)

        try:
            attempt(refresh=refresh)
        except TerraformError as error:
            reason = transient_reason(error, transient) or ("" if refresh else _STALE)
            if not reason:
                raise
            logger.warning("second attempt to destroy: %s\n%s", reason, error.message)
            attempt(refresh=True)
            return reason
        return ""

    def normal_speed_reason(self) -> str:
        """Return why the provider ran at normal speed in spite of ``clock``; empty if not."""
        try:
            return installation.reason_file(self.path).read_text(encoding="utf-8")
        except OSError:
            return ""

    @property
    def state(self) -> State:
        """The state as of now; ``cancel`` stops no command on it."""
        # A cancelled run is torn down with the same workspace.
        return State(replace(self._command, cancel=None))

    @property
    def _command(self) -> CommandLine:
        return CommandLine(
            terraform=self.terraform,
            directory=self.path,
            environment=child_environment(
                {**temporary_directory(self.path), **self.environment}, self.cli_config
            ),
            cancel=self.cancel,
        )


def temporary_directory(directory: Path) -> dict[str, str]:
    """Create a folder for temporary files and return the variable that sets it.

    A killed provider leaves its socket behind; in this folder it belongs to a known run. The name
    is relative to the working directory, since the path of a socket has at most 103 bytes.
    """
    (directory / _TEMPORARY).mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"TMPDIR": _TEMPORARY}
