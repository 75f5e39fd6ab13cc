"""The CloudFront distributions of all accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller

HOME_REGION = "us-east-1"


@dataclass(frozen=True)
class Distribution:
    """A distribution: its id, its host name, its account, and whether it is enabled.

    Attributes:
        policies: Path pattern and id of the cache policy (empty: legacy settings) of its
            behaviors, in the order in which they are matched; the default one is the last.
    """

    id: str
    host: str
    account: str
    enabled: bool
    policies: tuple[tuple[str, str], ...] = ()

    def cache_policy(self, path: str) -> str:
        """Return the id of the cache policy for a path; empty without one."""
        return next((policy for pattern, policy in self.policies if fnmatchcase(path, pattern)), "")


class Distributions:
    """Finds distributions by host name."""

    def __init__(self, aws: AwsApi, by_account: dict[str, list[Distribution] | None]) -> None:
        self._aws = aws
        self._by_account = by_account

    def invalidate(self, account: str) -> None:
        """Discard the distributions of an account, after its call to CloudFront."""
        self._by_account[account] = None

    async def find(self, host: str) -> Distribution | None:
        """Return the distribution with a domain name, None if there is none."""
        return next((each for each in await self._all() if each.host == host), None)

    async def ids(self) -> set[str]:
        """Return the ids of all distributions."""
        return {each.id for each in await self._all()}

    async def _all(self) -> list[Distribution]:
        found = []
        for account, known in list(self._by_account.items()):
            current = await self._read(account) if known is None else known
            self._by_account[account] = current
            found += current
        return found

    async def _read(self, account: str) -> list[Distribution]:
        caller = Caller(account, HOME_REGION)
        listed = await self._aws.call(caller, "cloudfront", "ListDistributions")
        return [
            Distribution(
                each["Id"],
                each["DomainName"].lower(),
                account,
                enabled=each["Enabled"],
                policies=tuple(_policies(each)),
            )
            for each in listed["DistributionList"].get("Items", [])
        ]


def _policies(summary: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for behavior in summary.get("CacheBehaviors", {}).get("Items", []):
        yield f"/{behavior['PathPattern'].removeprefix('/')}", behavior.get("CachePolicyId", "")
    yield "*", summary.get("DefaultCacheBehavior", {}).get("CachePolicyId", "")
