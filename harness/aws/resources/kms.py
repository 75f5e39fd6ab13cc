"""KMS: the keys of the account's own."""

from collections.abc import Iterator

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, by_one_call, tagged

_DAYS = 7  # the shortest waiting period


def _keys(clients: Clients) -> Iterator[Resource]:
    """Yield the keys that are not AWS's own, nor scheduled for deletion."""
    kms = clients.kms

    def described(key: str) -> Resource | None:
        metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
        if metadata["KeyManager"] != "CUSTOMER" or metadata["KeyState"].startswith("Pending"):
            return None
        return tagged(Resource(Kind.KEY, key), lambda: _tags(clients, key))

    keys = (item["KeyId"] for item in pages(kms, "list_keys", "Keys"))
    return (each for each in describe_each(keys, described) if each is not None)


def _tags(clients: Clients, key: str) -> dict[str, str]:
    tags = pages(clients.kms, "list_resource_tags", "Tags", KeyId=key)
    return {tag["TagKey"]: tag["TagValue"] for tag in tags}


TYPES = (
    ResourceType(
        Kind.KEY, _keys, by_one_call("schedule_key_deletion", "KeyId", PendingWindowInDays=_DAYS)
    ),
)
