"""IAM and STS: access keys that the cloud issues are valid for its gateway."""

from typing import Any

from harness.core.redaction import register_secret
from harness.emulator.gateway.authentication import IssuedKey
from harness.emulator.gateway.aws import parse, service_model
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch


class IssuedSessions(Patch):
    """Stores the credentials of new sessions."""

    ministack = "accepts every access key"
    aws = "accepts the credentials of a session with its token until they expire"
    documentation = "https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html"
    service = "sts"
    operations = frozenset(
        {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"}
        | {"GetFederationToken", "GetSessionToken"}
    )

    def __init__(self, issued: dict[str, IssuedKey]) -> None:
        self._issued = issued

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Store the credentials in the response."""
        response = await call_next(call)
        if response.ok:
            found = _result(call, response)["Credentials"]
            self._issued[found["AccessKeyId"]] = IssuedKey(
                register_secret(found["SecretAccessKey"]),
                register_secret(found["SessionToken"]),
                found["Expiration"],
            )
        return response


class IssuedAccessKeys(Patch):
    """Stores the access keys of IAM users; an inactive or deleted one is no longer accepted."""

    ministack = "accepts every access key"
    aws = "accepts the active access keys of users"
    documentation = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"
    service = "iam"
    operations = frozenset({"CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey"})

    def __init__(self, issued: dict[str, IssuedKey]) -> None:
        self._issued = issued
        self._inactive: dict[str, IssuedKey] = {}

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Store or remove the key of the call."""
        response = await call_next(call)
        key = call.form.get("AccessKeyId", "")
        if not response.ok:
            return response
        if call.operation == "CreateAccessKey":
            made = _result(call, response)["AccessKey"]
            secret = register_secret(made["SecretAccessKey"])
            self._issued[made["AccessKeyId"]] = IssuedKey(secret)
            return response
        active = call.form.get("Status") == "Active"
        source, target = (
            (self._inactive, self._issued) if active else (self._issued, self._inactive)
        )
        if key in source:
            target[key] = source.pop(key)
        return response


def _result(call: Call, response: Response) -> dict[str, Any]:
    return parse(service_model(call.service).operation_model(call.operation), response)
