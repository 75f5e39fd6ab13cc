"""Which account an access key belongs to."""

import re

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Signature, Tenant

_ACCOUNT_ID = re.compile(r"\d{12}")


class Accounts:
    """Resolves access keys as MiniStack does, by asking it once per key.

    Twelve digits are the account id itself, a session of STS belongs to the account of its
    role, and every other key to the default account.
    """

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws
        self._known: dict[str, str] = {}

    async def tenant_of(self, signature: Signature) -> Tenant:
        """Return the tenant of a signed request."""
        key = signature.access_key
        if not _ACCOUNT_ID.fullmatch(key) and key not in self._known:
            asking = Tenant(key, signature.region)
            identity = await self._aws.call(asking, "sts", "GetCallerIdentity")
            self._known[key] = identity["Account"]
        return Tenant(self._known.get(key, key), signature.region)
