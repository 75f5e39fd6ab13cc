"""What the look-ups may ask of a target: each question once, and never for long."""

from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.targets.base import TargetAccess

_CONNECT_SECONDS = 5
_READ_SECONDS = 20


class Cloud:
    """A target as the look-ups see it: API answers, each asked for once.

    Args:
        target: Where the configuration would be deployed.
    """

    def __init__(self, target: TargetAccess) -> None:
        self.region = target.region
        self.missing: Mapping[Capability, str] = target.missing()
        self.is_aws = target.name == "aws" and Capability.SERVICE_QUOTAS not in self.missing
        self._session: Any = target.session()
        self._clients: dict[str, Any] = {}
        self._answers: dict[tuple[str, str, str], Any] = {}

    def ask(self, service: str, operation: str, **parameters: Any) -> Any:
        """Return the answer of an API operation, all pages of it.

        Args:
            service: Service as boto3 names it.
            operation: Method of the client.
            parameters: Its parameters.

        Raises:
            ClientError: The target refused.
            BotoCoreError: The target cannot be reached, or there are no credentials.
        """
        key = (service, operation, repr(sorted(parameters.items())))
        if key not in self._answers:
            self._answers[key] = self._ask(service, operation, parameters)
        return self._answers[key]

    def find(
        self, service: str, operation: str, absent: tuple[str, ...], **parameters: Any
    ) -> Any | None:
        """Return an answer, None when the target says that there is no such thing.

        Args:
            service: Service as boto3 names it.
            operation: Method of the client.
            absent: Error codes that mean "no such thing".
            parameters: Its parameters.

        Raises:
            ClientError: The target refused for another reason.
        """
        try:
            return self.ask(service, operation, **parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] in absent:
                return None
            raise

    def _ask(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        client = self._client(service)
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**parameters).build_full_result()
        return getattr(client, operation)(**parameters)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"mode": "standard", "max_attempts": 2},
                s3={"addressing_style": "path"} if not self.is_aws else None,
            )
            self._clients[service] = self._session.client(service, config=config)
        return self._clients[service]
