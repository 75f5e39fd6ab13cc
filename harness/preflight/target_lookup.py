"""Look-ups in the target: cached API calls with short timeouts."""

from collections.abc import Mapping
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.aws.clients import Clients

_CONFIG = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 2}
)


class LookupTarget(Protocol):
    """The part of a target that rules use."""

    name: str
    region: str

    def session(self) -> boto3.Session:
        """Return a session for the target."""

    def missing(self) -> Mapping[Capability, str]:
        """Return the capabilities that the target lacks, with the reasons."""

    def image_problem(self, reference: str, architecture: str) -> str:
        """Return why tasks cannot pull a container image; empty if they can.

        Raises:
            TargetError: It cannot be looked up; the message has the reason.
            ClientError: AWS refused the look-up.
        """


class TargetLookup:
    """API calls to a target; each is sent once and its response is cached."""

    def __init__(self, target: LookupTarget) -> None:
        self.name = target.name
        self.region = target.region
        self.missing = target.missing()
        self.image_problem = target.image_problem
        self._clients = Clients(target.session(), _CONFIG)
        self._responses: dict[tuple[str, str, str], Any] = {}

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        """Return the response of a method of a boto3 client, all pages combined.

        Raises:
            ClientError: The target returned an error.
            BotoCoreError: The target cannot be reached, or there are no credentials.
        """
        key = (service, operation, repr(sorted(parameters.items())))
        if key not in self._responses:
            client = self._clients.of(service)
            if client.can_paginate(operation):
                pages = client.get_paginator(operation).paginate(**parameters)
                self._responses[key] = pages.build_full_result()
            else:
                self._responses[key] = getattr(client, operation)(**parameters)
        return self._responses[key]

    def find(
        self, service: str, operation: str, absent: tuple[str, ...], **parameters: Any
    ) -> Any | None:
        """Return what ``call`` does, or None on an error code of a resource that is ``absent``."""
        try:
            return self.call(service, operation, **parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in absent:
                return None
            raise
