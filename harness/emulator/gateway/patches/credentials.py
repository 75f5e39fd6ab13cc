"""IAM and STS: access keys that the cloud issues are valid for its gateway."""

from typing import Any

from harness.core.redaction import register_secret
from harness.emulator.gateway.authentication import IssuedKey
from harness.emulator.gateway.patches.base import Call, ResultPatch


class IssuedSessions(ResultPatch):
    """Stores the credentials of new sessions."""

    service = "sts"
    operations = frozenset(
        {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"}
        | {"GetFederationToken", "GetSessionToken"}
    )

    def __init__(self, issued: dict[str, IssuedKey]) -> None:
        self._issued = issued

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:  # noqa: ARG002
        found = result["Credentials"]
        self._issued[found["AccessKeyId"]] = IssuedKey(
            register_secret(found["SecretAccessKey"]),
            register_secret(found["SessionToken"]),
            found["Expiration"],
        )


class IssuedAccessKeys(ResultPatch):
    """Stores the access keys of IAM users; an inactive or deleted one is no longer accepted."""

    service = "iam"
    operations = frozenset({"CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey"})

    def __init__(self, issued: dict[str, IssuedKey]) -> None:
        self._issued = issued
        self._inactive: dict[str, IssuedKey] = {}

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        if call.operation == "CreateAccessKey":
            made = result["AccessKey"]
            self._issued[made["AccessKeyId"]] = IssuedKey(register_secret(made["SecretAccessKey"]))
            return
        key, active = call.form.get("AccessKeyId", ""), call.form.get("Status") == "Active"
        source, target = (
            (self._inactive, self._issued) if active else (self._issued, self._inactive)
        )
        if key in source:
            target[key] = source.pop(key)
