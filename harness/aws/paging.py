"""Long lists: read page by page, described batch by batch or one by one in a few threads."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from harness.aws.errors import is_absent

T = TypeVar("T")
R = TypeVar("R")

# Few enough for the request rates of IAM and CloudFront.
_THREADS = 4


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield the items of every page of an operation.

    Args:
        operation: Name of its method, such as ``list_roles``.
        key: Where a page keeps its items, as a JMESPath expression: ``Tags``, ``List.Items``.

    Raises:
        botocore.exceptions.ClientError: The service returned an error.
    """
    yield from client.get_paginator(operation).paginate(**arguments).search(f"{key} || `[]`")


def batches(items: Sequence[str], size: int) -> Iterator[list[str]]:
    """Yield the items in lists of at most ``size``, the most that an operation takes at once."""
    return (list(items[start : start + size]) for start in range(0, len(items), size))


def describe_each(items: Iterable[T], describe: Callable[[T], R]) -> Iterator[R]:
    """Yield the description of each item, in order; an item deleted meanwhile is left out.

    Args:
        items: Items of a list whose operation returns too little.
        describe: Called for each item in one of a few threads.

    Raises:
        botocore.exceptions.ClientError: The service returned an error other than "not found".
    """

    def described(item: T) -> list[R]:
        try:
            return [describe(item)]
        except ClientError as error:
            if is_absent(error):
                return []
            raise

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="describe") as pool:
        for found in pool.map(described, items):
            yield from found
