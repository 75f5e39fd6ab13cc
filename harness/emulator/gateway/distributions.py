"""The CloudFront distributions of all accounts."""

from dataclasses import dataclass

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Tenant

_HOME_REGION = "us-east-1"


@dataclass(frozen=True)
class Distribution:
    """A distribution: its id, its account, and whether it is enabled."""

    id: str
    account: str
    enabled: bool


class Distributions:
    """Finds distributions by host name.

    Args:
        aws: MiniStack.
        accounts: Emptied by a reset: accounts that called CloudFront, account id -> true.
    """

    def __init__(self, aws: AwsApi, accounts: dict[str, bool]) -> None:
        self._aws = aws
        self._accounts = accounts
        self._by_host: dict[str, Distribution] | None = None

    def invalidate(self, account: str) -> None:
        """Discard the cache after a call of an account to CloudFront."""
        self._accounts[account] = True
        self._by_host = None

    async def find(self, host: str) -> Distribution | None:
        """Return the distribution with a domain name, None if there is none."""
        return (await self._all()).get(host)

    async def ids(self) -> set[str]:
        """Return the ids of all distributions."""
        return {distribution.id for distribution in (await self._all()).values()}

    async def _all(self) -> dict[str, Distribution]:
        if self._by_host is None:
            self._by_host = await self._read()
        return self._by_host

    async def _read(self) -> dict[str, Distribution]:
        by_host = {}
        for account in list(self._accounts):
            tenant = Tenant(account, _HOME_REGION)
            listed = await self._aws.call(tenant, "cloudfront", "ListDistributions")
            for each in listed["DistributionList"].get("Items", []):
                found = Distribution(each["Id"], account, enabled=each["Enabled"])
                by_host[each["DomainName"].lower()] = found
        return by_host
