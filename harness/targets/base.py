"""What a target is: where a stack is deployed, how it is reached, what it can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import requests

from harness.aws.capability import Capability

if TYPE_CHECKING:
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


class Target(Protocol):
    """Where a stack is deployed."""

    name: str
    region: str

    def start(self) -> Mapping[str, str]:
        """Make the target ready; return what another process needs to attach to it.

        The result goes to the ledger before the first resource exists. A target that was
        attached to, or that is always there, returns what it has.
        """

    def stop(self) -> None:
        """End what ``start`` began; a target that is always there does nothing."""

    def facts(self) -> Mapping[str, str]:
        """Return what a report should say about the target, name -> text."""

    def session(self) -> boto3.Session:
        """Return a session whose clients (``session.client("ecs")``) talk to this target."""

    def http(self) -> requests.Session:
        """Return an HTTP session that reaches the target's ALB and CloudFront host names.

        ``http().get("https://d123.cloudfront.net/products")`` works on every target: an
        emulator's session sends the request to its gateway and keeps the Host header.
        """

    def missing(self) -> Mapping[Capability, str]:
        """Return what this target can *not* do: capability -> reason. Absent means it can."""

    def environment(self) -> Mapping[str, str]:
        """Return environment variables for Terraform, the AWS command line and SDKs."""

    def provider(self) -> Mapping[str, Any]:
        """Return arguments of Terraform's ``provider "aws"`` block that this target needs."""

    def stack_settings(self) -> Mapping[str, Any]:
        """Return StackConfig fields that this target wants (image, waits); a user's win."""

    def known_drift(self) -> "Sequence[AllowedDrift]":
        """Return what a plan right after apply may want to change here, each with its reason."""

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        """Return how to reach a database endpoint directly, None where that is impossible."""
