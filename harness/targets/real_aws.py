"""The target ``aws``: a real account, reached as every AWS tool reaches it."""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import boto3
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from harness.aws.caller_identity import Identity, require_same, who_calls
from harness.aws.capability import Capability
from harness.aws.real_session import aws_session, emulator_behind
from harness.settings.settings import HarnessSettings
from harness.targets.base import DatabaseRoute, Target
from harness.targets.deadlines import AWS_DEADLINES, EMULATOR_DEADLINES, Deadlines
from harness.targets.gateway_http import gateway_session

_PRIVATE = "the database is in private subnets, which nothing outside the VPC reaches"
_NO_QUOTAS = "an emulator has no quotas"
# Names of new load balancers and distributions take a while to be known everywhere.
_CONNECT_RETRIES = Retry(connect=5, read=0, status=0, other=0, backoff_factor=1.0)


class AwsTarget(Target):
    """An AWS account. With an emulator behind ``AWS_ENDPOINT_URL`` it is a rehearsal.

    Args:
        region: AWS region.
        attachment: What ``start`` returned when the run began: account and endpoint must be
            the same now.
        environ: The user's environment, whose AWS variables Terraform gets too.

    Raises:
        UsageError: The AWS configuration or the credentials cannot be used, or are of another
            account than the run's.
    """

    name = "aws"
    is_account: ClassVar[bool] = True

    def __init__(
        self,
        *,
        region: str,
        attachment: Mapping[str, str] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.region = region
        self._environ = environ
        self._session = aws_session(region)
        if attachment is not None:
            require_same(attachment, self.start())

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:  # noqa: ARG003
        """Return the target of a new run."""
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
        """Minutes on AWS; in a rehearsal those of the emulator in its place."""
        return EMULATOR_DEADLINES if self.rehearsal else AWS_DEADLINES

    @cached_property
    def rehearsal(self) -> str | None:
        """Endpoint of the emulator in the place of AWS; None for AWS itself."""
        return emulator_behind(self._session)

    @cached_property
    def identity(self) -> Identity:
        """The caller identity that STS returns.

        Raises:
            UsageError: There are no credentials, or AWS refuses them.
        """
        return who_calls(self._session)

    def start(self) -> Mapping[str, str]:
        """Return account and endpoint; nothing is started."""
        return {"account": self.identity.account, "endpoint": self.rehearsal or ""}

    def stop(self) -> None:
        """Do nothing: an account is always there."""

    def facts(self) -> Mapping[str, str]:
        """Name the account, the caller, and what is only rehearsed."""
        facts = {"account": self.identity.account, "caller": self.identity.arn}
        if self.rehearsal:
            facts["rehearsal"] = f"endpoint {self.rehearsal} in the place of AWS"
        return facts

    def session(self) -> boto3.Session:
        """Return a session with the user's credentials."""
        return aws_session(self.region)

    def http(self) -> requests.Session:
        """Return a plain HTTP session; in a rehearsal one that goes to the emulator."""
        if self.rehearsal:
            return gateway_session(self.rehearsal)
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=_CONNECT_RETRIES))
        return session

    def missing(self) -> Mapping[Capability, str]:
        """Return what cannot be proved from outside the VPC."""
        lacking = {Capability.DATABASE_DIRECT: _PRIVATE}
        if self.rehearsal:
            lacking[Capability.SERVICE_QUOTAS] = _NO_QUOTAS
        return lacking

    def environment(self) -> Mapping[str, str]:
        """Return the user's AWS variables: profile, credentials, endpoints."""
        own = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        users = {name: text for name, text in self._environ.items() if name.startswith("AWS_")}
        return {**users, **own}

    def provider(self) -> Mapping[str, Any]:
        """Return provider arguments: Terraform, too, refuses every account but this one."""
        arguments: dict[str, Any] = {"allowed_account_ids": [self.identity.account]}
        if self.rehearsal:
            arguments |= {
                "max_retries": 5,
                "s3_use_path_style": True,
                "skip_metadata_api_check": "true",
            }
        return arguments

    def backend(self) -> Mapping[str, Any]:
        """Return arguments of Terraform's S3 backend beside those of the stack."""
        if not self.rehearsal:
            return {"allowed_account_ids": [self.identity.account]}
        return {
            "allowed_account_ids": [self.identity.account],
            "endpoints": dict.fromkeys(("s3", "sts", "iam"), self.rehearsal),
            "use_path_style": True,
            "skip_metadata_api_check": True,
        }

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:  # noqa: ARG002
        """Return None: see ``missing``."""
        return None
