"""The AWS regions in the data of botocore."""

import difflib
from functools import cache

import botocore.loaders

from harness.core.errors import UsageError


def require_region(name: str, option: str = "--region") -> None:
    """Check that a region exists; the provider would reject another one only during apply.

    Raises:
        UsageError: There is no such region.
    """
    if name in regions():
        return
    similar = difflib.get_close_matches(name, sorted(regions()), n=3)
    raise UsageError(
        f"{option}: {name!r} is not an AWS region",
        remedy=f"use one of {', '.join(similar) or 'eu-north-1, eu-west-1, us-east-1, ...'}",
    )


@cache
def regions() -> frozenset[str]:
    """Return the regions of all partitions, without the pseudo regions of global services."""
    partitions = botocore.loaders.create_loader().load_data("partitions")["partitions"]
    names = (name for partition in partitions for name in partition["regions"])
    return frozenset(name for name in names if not name.endswith("-global"))
