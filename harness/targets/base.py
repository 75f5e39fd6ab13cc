"""The protocol of a target: where a stack is deployed, access to it, its capabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import boto3
import requests

from harness.aws.caller_identity import Identity, caller_identity
from harness.aws.capability import Capability
from harness.settings.settings import HarnessSettings
from harness.targets.deadlines import EMULATOR_DEADLINES, Deadlines
from harness.targets.emulator_settings import EMULATOR_PROVIDER
from harness.terraform.drift import AllowedDrift


@dataclass(frozen=True)
class DatabaseRoute:
    """A direct route to a database endpoint.

    Attributes:
        address: IP address to connect to, instead of resolving the host name.
        ca_file: PEM file with the certificate authority of the server; None without TLS.
    """

    address: str
    port: int
    ca_file: Path | None


class TargetAccess(Protocol):
    """Access to a target and its capabilities, for checks and preflight rules."""

    name: str
    region: str

    def session(self) -> boto3.Session:
        """Return a session whose clients (``session.client("ecs")``) use this target."""

    def http(self) -> requests.Session:
        """Return an HTTP session for the ALB and CloudFront host names of the target.

        ``http().get("https://d123.cloudfront.net/products")`` works on every target: with an
        emulator, the session sends the request to its gateway and keeps the Host header.
        """

    def missing(self) -> Mapping[Capability, str]:
        """Return the missing capabilities of this target, each with the reason."""

    @property
    def omitted_fields(self) -> Mapping[str, Mapping[str, str]]:
        """Kind of resource -> path of its description that is never returned here -> reason."""
        return {}

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:  # noqa: ARG002
        """Return a direct route to a database endpoint; None, the default, if there is none."""
        return None

    def image_problem(self, reference: str, architecture: str) -> str:  # noqa: ARG002
        """Return why tasks cannot pull a container image; empty if they can, or by default.

        Raises:
            TargetError: It cannot be looked up; the message has the reason.
            ClientError: AWS refused the look-up.
        """
        return ""


class Target(TargetAccess, Protocol):
    """Where a stack is deployed: one implementation per kind of target.

    Attributes:
        is_account: It is a real account, which costs money: guards run before anything is
            created, and the Terraform state is kept in S3.
        is_per_run: Each run starts a separate target, without resources of other runs.
        is_predictable: Its capabilities are known before the start.
        default_clock: How many times as fast the clock of the AWS provider runs by default.
    """

    is_account: ClassVar[bool] = False
    is_per_run: ClassVar[bool] = False
    is_predictable: ClassVar[bool] = False
    default_clock: ClassVar[int] = 20

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:
        """Return the target of a new run, not started yet.

        Args:
            owner_pid: PID whose exit stops what ``start`` started; None: runs until stopped.

        Raises:
            UsageError: A setting of the target is invalid.
        """

    @classmethod
    def attach(cls, region: str, attachment: Mapping[str, str]) -> Self:
        """Return the target of a run on record.

        Args:
            attachment: The return value of ``start``.

        Raises:
            EmulatorError: The embedded cloud has ended.
            TargetError: The LocalStack does not respond any more.
            UsageError: The credentials belong to another account.
        """

    @classmethod
    def remove_ended(cls, attachment: Mapping[str, str]) -> None:  # noqa: ARG003
        """Remove the local files of a target that has ended; empty: it is not on record."""
        return

    @classmethod
    def log_files(cls, attachment: Mapping[str, str]) -> Sequence[Path]:  # noqa: ARG003
        """Return the log files of a target of this machine, also of one that has ended."""
        return ()

    @property
    def is_emulated(self) -> bool:
        """Whether requests go to an emulator, also in place of a real account."""
        return True

    @property
    def may_lose_state(self) -> bool:
        """Whether it is an emulator that may have been restarted empty since a deployment."""
        return self.is_emulated and not self.is_per_run

    @property
    def deadlines(self) -> Deadlines:
        """The deadlines on this target."""
        return EMULATOR_DEADLINES

    @property
    def identity(self) -> Identity:
        """The caller identity that STS returns.

        Raises:
            UsageError: There are no credentials, or the target rejects them.
        """
        return caller_identity(self.session())

    def start(self) -> Mapping[str, str]:
        """Start the target; return the values with which another process attaches to it.

        The result goes to the ledger before the first resource exists. An attached target, and
        one that needs no start, only returns the values.
        """

    def recorded(self) -> None:
        """Let what ``start`` started outlive this process: its attachment is in the ledger now."""
        return

    def stop(self) -> None:
        """Stop what ``start`` started: by default nothing."""
        return

    def facts(self) -> Mapping[str, str]:
        """Return facts about the target for the report, name -> text."""

    def environment(self) -> Mapping[str, str]:
        """Return environment variables for Terraform, the AWS CLI and SDKs."""

    def provider(self) -> Mapping[str, Any]:
        """Return arguments for the ``provider "aws"`` block: by default no requests to AWS.

        Without credentials, which are in the environment: they must not be in files of the run.
        """
        return dict(EMULATOR_PROVIDER)

    def backend(self) -> Mapping[str, Any]:
        """Return arguments for the Terraform backend, in addition to those of the stack."""
        return {}

    def known_drift(self) -> Sequence[AllowedDrift]:
        """Return the changes that a plan right after apply may contain here, with reasons."""
        return ()
