"""Secrets Manager: the error for the name of a secret that is scheduled for deletion."""

from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, json_error

_MESSAGE = (
    "You can't create this secret because a secret with this name is already scheduled for "
    "deletion."
)


class SecretPendingDeletion(Patch):
    """Corrects the error of CreateSecret for the name of a secret in its recovery window."""

    ministack = "CreateSecret returns ResourceExistsException for a name pending deletion"
    aws = "CreateSecret returns InvalidRequestException: already scheduled for deletion"
    documentation = (
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"
    )
    service = "secretsmanager"
    operations = frozenset({"CreateSecret"})

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the error if the existing secret is pending deletion."""
        response = await call_next(call)
        if b"ResourceExistsException" in response.body and await self._is_pending(call):
            return json_error("InvalidRequestException", _MESSAGE)
        return response

    async def _is_pending(self, call: Call) -> bool:
        try:
            secret = await self._aws.call(
                call.tenant, "secretsmanager", "DescribeSecret", SecretId=call.json["Name"]
            )
        except ApiError:  # deleted between the two calls
            return False
        return "DeletedDate" in secret
