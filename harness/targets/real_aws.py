"""The target ``aws``: a real account, with the AWS configuration of the user."""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import boto3
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from harness.aws.caller_identity import Identity, caller_identity, require_same
from harness.aws.capability import Capability
from harness.aws.ecr_image import image_problem
from harness.aws.real_session import aws_session, emulator_behind, refuse_login_session
from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.deadlines import AWS_DEADLINES, EMULATOR_DEADLINES, Deadlines
from harness.targets.emulator_settings import NO_QUOTAS
from harness.targets.gateway_http import gateway_session

_PRIVATE = "the database is in private subnets, unreachable from outside the VPC"
# DNS names of new load balancers and distributions take a while to propagate.
_CONNECT_RETRIES = Retry(connect=5, read=0, status=0, other=0, backoff_factor=1.0)


class AwsTarget(Target):
    """An AWS account. With an emulator behind ``AWS_ENDPOINT_URL`` it is a rehearsal.

    Args:
        attachment: The return value of ``start`` at the start of the run: account and endpoint
            must be unchanged.

    Raises:
        UsageError: The AWS configuration or the credentials cannot be used, or belong to
            another account than the run.
    """

    name = "aws"
    is_account: ClassVar[bool] = True
    # What is waited for on AWS takes its time; a faster clock would only end the wait too early.
    default_clock: ClassVar[int] = 1

    def __init__(self, *, region: str, attachment: Mapping[str, str] | None = None) -> None:
        self.region = region
        self._session = aws_session(region)
        if attachment is not None:
            require_same(attachment, self.start())

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:  # noqa: ARG003
        """Return the target of a new run."""
        if (settings.provider_clock or 1) > 1:
            raise UsageError(
                f"--provider-clock {settings.provider_clock} on target aws: AWS cannot be faster",
                remedy="omit it (as option, variable and ini value), or use 1",
            )
        return cls(region=settings.region)

    @classmethod
    def attach(cls, region: str, attachment: Mapping[str, str]) -> Self:
        """Return the target of a run on record."""
        return cls(region=region, attachment=attachment)

    @property
    def is_emulated(self) -> bool:
        """Whether this is a rehearsal."""
        return self.rehearsal is not None

    @property
    def deadlines(self) -> Deadlines:
        """The deadlines of AWS; in a rehearsal those of an emulator."""
        return EMULATOR_DEADLINES if self.rehearsal else AWS_DEADLINES

    @cached_property
    def rehearsal(self) -> str | None:
        """Endpoint of the emulator in place of AWS; None: AWS itself."""
        return emulator_behind(self._session)

    @cached_property
    def identity(self) -> Identity:
        """The caller identity that STS returns."""
        return caller_identity(self._session)

    def start(self) -> Mapping[str, str]:
        """Return account and endpoint; there is nothing to start."""
        return {"account": self.identity.account, "endpoint": self.rehearsal or ""}

    def facts(self) -> Mapping[str, str]:
        """Return account, caller, and the endpoint of a rehearsal."""
        facts = {"account": self.identity.account, "caller": self.identity.arn}
        if self.rehearsal:
            facts["rehearsal"] = f"endpoint {self.rehearsal} in place of AWS"
        return facts

    def session(self) -> boto3.Session:
        """Return a session with the credentials of the user."""
        return aws_session(self.region)

    def http(self) -> requests.Session:
        """Return a plain HTTP session; in a rehearsal one for the gateway of the emulator."""
        if self.rehearsal:
            return gateway_session(self.rehearsal)
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=_CONNECT_RETRIES))
        return session

    def missing(self) -> Mapping[Capability, str]:
        """Return the capabilities that are missing outside the VPC or in a rehearsal."""
        lacking = {Capability.DATABASE_DIRECT: _PRIVATE}
        if self.rehearsal:
            lacking[Capability.SERVICE_QUOTAS] = NO_QUOTAS
        return lacking

    def environment(self) -> Mapping[str, str]:
        """Return the AWS variables of the user for Terraform, with the region of the run."""
        refuse_login_session(self._session)
        region = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        users = {name: text for name, text in os.environ.items() if name.startswith("AWS_")}
        return {**users, **region}

    def provider(self) -> Mapping[str, Any]:
        """Return provider arguments; they allow no other account."""
        rehearsal = {"max_retries": 5, "s3_use_path_style": True, "skip_metadata_api_check": "true"}
        return self._for_account(rehearsal)

    def backend(self) -> Mapping[str, Any]:
        """Return arguments for the S3 backend; they allow no other account."""
        rehearsal = {
            "endpoints": dict.fromkeys(("s3", "sts", "iam"), self.rehearsal),
            "use_path_style": True,
            "skip_metadata_api_check": True,
        }
        return self._for_account(rehearsal)

    def _for_account(self, rehearsal: Mapping[str, Any]) -> dict[str, Any]:
        allowed = {"allowed_account_ids": [self.identity.account]}
        return {**allowed, **rehearsal} if self.rehearsal else allowed

    def image_problem(self, reference: str, architecture: str) -> str:
        """Return why an image in the registry of this account cannot be pulled."""
        return image_problem(self._session, reference, architecture, account=self.identity.account)
