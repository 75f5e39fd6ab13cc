"""Long lists: read page by page, asked about batch by batch."""

from collections.abc import Iterator, Sequence
from typing import Any


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield the items of every page of an operation.

    Args:
        client: A boto3 client.
        operation: Name of its method, such as ``list_roles``.
        key: Where a page keeps its items.
        arguments: Arguments of the operation.

    Raises:
        botocore.exceptions.ClientError: The service refused to answer.
    """
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key, ())


def batches(items: Sequence[str], size: int) -> Iterator[list[str]]:
    """Yield the items in lists of at most ``size``, the most that an operation takes at once."""
    return (list(items[start : start + size]) for start in range(0, len(items), size))
