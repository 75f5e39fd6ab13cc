"""What a target is: where a stack is deployed, how it is reached, what it can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import boto3
import requests

from harness.aws.caller_identity import Identity, who_calls
from harness.aws.capability import Capability
from harness.settings.settings import HarnessSettings
from harness.targets.deadlines import EMULATOR_DEADLINES, Deadlines
from harness.terraform.drift import AllowedDrift


@dataclass(frozen=True)
class DatabaseRoute:
    """How to reach a database endpoint directly.

    Attributes:
        address: IP address to connect to in place of resolving the host name.
        port: TCP port.
        ca_file: PEM file that the server's certificate verifies against; None without TLS.
    """

    address: str
    port: int
    ca_file: Path | None


class TargetAccess(Protocol):
    """How a target is reached and what it offers: what checks and preflight rules use of it."""

    name: str
    region: str

    def session(self) -> boto3.Session:
        """Return a session whose clients (``session.client("ecs")``) use this target."""

    def http(self) -> requests.Session:
        """Return an HTTP session that reaches the target's ALB and CloudFront host names.

        ``http().get("https://d123.cloudfront.net/products")`` works on every target: an
        emulator's session sends the request to its gateway and keeps the Host header.
        """

    def missing(self) -> Mapping[Capability, str]:
        """Return the capabilities that this target lacks, each with the reason."""

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        """Return how to reach a database endpoint directly, None where that is impossible."""


class Target(TargetAccess, Protocol):
    """Where a stack is deployed; the only type with one implementation per kind of target.

    Attributes:
        is_account: A real account, which costs money: guards run before anything is created,
            and the Terraform state is kept in S3.
        is_per_run: Each run starts a target of its own, which holds nothing of other runs.
        is_predictable: What it offers is known before it is started.
    """

    is_account: ClassVar[bool] = False
    is_per_run: ClassVar[bool] = False
    is_predictable: ClassVar[bool] = False

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:
        """Return the target of a new run, not started yet.

        Args:
            settings: The user's settings.
            owner_pid: PID whose exit stops what ``start`` began; None: runs until stopped.

        Raises:
            UsageError: A setting of the target cannot be used.
        """

    @classmethod
    def attach(cls, region: str, attachment: Mapping[str, str]) -> Self:
        """Return the target of a run on record, as it was started.

        Args:
            region: AWS region.
            attachment: What ``start`` returned.

        Raises:
            EmulatorError: An embedded cloud has ended since.
            TargetError: A LocalStack does not respond any more.
            UsageError: The credentials are of another account.
        """

    @classmethod
    def remove_ended(cls, attachment: Mapping[str, str]) -> None:  # noqa: ARG003
        """Remove what a target that has ended left on this machine; usually nothing."""
        return

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator responds, also in the place of a real account."""
        return True

    @property
    def deadlines(self) -> Deadlines:
        """How long things may take here."""
        return EMULATOR_DEADLINES

    @property
    def identity(self) -> Identity:
        """The caller identity that STS returns.

        Raises:
            UsageError: There are no credentials, or the target refuses them.
        """
        return who_calls(self.session())

    def start(self) -> Mapping[str, str]:
        """Make the target ready; return what another process needs to attach to it.

        The result goes to the ledger before the first resource exists. A target that was
        attached to, or that is always there, returns what it has.
        """

    def stop(self) -> None:
        """End what ``start`` began; a target that is always there does nothing."""

    def facts(self) -> Mapping[str, str]:
        """Return facts about the target for the report, name -> text."""

    def environment(self) -> Mapping[str, str]:
        """Return environment variables for Terraform, the AWS CLI and SDKs."""

    def provider(self) -> Mapping[str, Any]:
        """Return arguments of Terraform's ``provider "aws"`` block that this target needs."""

    def backend(self) -> Mapping[str, Any]:
        """Return arguments of Terraform's backend beside those of the stack."""
        return {}

    def known_drift(self) -> Sequence[AllowedDrift]:
        """Return what a plan right after apply may change here, each with its reason."""
        return ()
