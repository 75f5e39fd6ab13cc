"""Reading a list to its end, page by page."""

from collections.abc import Iterator
from typing import Any

__all__ = ["pages"]


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
