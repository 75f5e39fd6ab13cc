"""RDS and Secrets Manager: instance classes on offer, names of deleted secrets."""

from harness.emulator.gateway.aws import ApiError
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, UsesAws

_SERVERLESS = "db.serverless"
# A provisioned class that MiniStack offers for every engine version.
_PROVISIONED = "db.r5.large"
_PENDING_DELETION = (
    "You can't create this secret because a secret with this name is already scheduled for "
    "deletion."
)


class ServerlessInstanceClass(Patch):
    """Requests a provisioned class instead of the serverless one, and renames it."""

    service = "rds"
    operations = frozenset({"DescribeOrderableDBInstanceOptions"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the class in the request and in the response."""
        form = call.form
        if form.get("DBInstanceClass") != _SERVERLESS or "aurora" not in form.get("Engine", ""):
            return await call_next(call)
        response = await call_next(call.with_form({**form, "DBInstanceClass": _PROVISIONED}))
        body = response.body.replace(_PROVISIONED.encode(), _SERVERLESS.encode())
        return response.with_body(body)


class SecretPendingDeletion(UsesAws, Patch):
    """Corrects the error of CreateSecret for the name of a secret in its recovery window."""

    service = "secretsmanager"
    operations = frozenset({"CreateSecret"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the error if the existing secret is pending deletion."""
        response = await call_next(call)
        if b"ResourceExistsException" in response.body and await self._is_pending(call):
            return call.error("InvalidRequestException", _PENDING_DELETION)
        return response

    async def _is_pending(self, call: Call) -> bool:
        try:
            secret = await self._aws.call(
                call.caller, "secretsmanager", "DescribeSecret", SecretId=call.json["Name"]
            )
        except ApiError:  # deleted between the two calls
            return False
        return "DeletedDate" in secret
