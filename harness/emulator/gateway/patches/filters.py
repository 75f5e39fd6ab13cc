"""EC2: filters of operations in which MiniStack ignores them.

The name of a filter is the path of a field of the described resource:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
"""

import fnmatch
from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from harness.emulator.gateway.aws import parse
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.query import encode_result

_TAG = "tag:"
_TAG_KEY = "tag-key"

Path = tuple[str, ...]


class IgnoredFilters(Patch):
    """Removes the resources that a filter does not match from descriptions."""

    service = "ec2"
    operations = frozenset(
        f"Describe{name}"
        for name in (
            *("Addresses", "AvailabilityZones", "CustomerGateways", "DhcpOptions", "KeyPairs"),
            *("EgressOnlyInternetGateways", "NetworkInterfaces", "VpcEndpoints", "VpnConnections"),
        )
    )

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Filter the response."""
        response = await call_next(call)
        filters = call.parameters.get("Filters", [])
        if not response.ok or not filters:
            return response
        result = parse(call.model, response)
        name, listing = _listing(call)
        for each in filters:
            key, patterns = each["Name"], each.get("Values", [])
            path = _path_of(listing.member, key)
            if path is None and not key.startswith(_TAG) and key != _TAG_KEY:
                return call.error("InvalidParameterValue", f"The filter '{key}' is invalid")
            result[name] = [
                item
                for item in result[name]
                for value in [list(_tags(item, key) if path is None else _values(item, path))]
                if any(fnmatch.filter(value, pattern) for pattern in patterns)
            ]
        return encode_result(call.model, result)


def _listing(call: Call) -> tuple[str, ListShape]:
    """Return name and shape of the list in the result of an operation."""
    shape = call.model.output_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 -- of every operation above
    return next((n, each) for n, each in shape.members.items() if isinstance(each, ListShape))


def _path_of(shape: Shape, name: str) -> Path | None:
    """Return the members that lead to the field of a filter, None if there is no such field."""
    word, _, rest = name.partition(".")
    plain = word.replace("-", "").lower()
    fields = list(_fields(shape))
    exact = [each for each in fields if each[0] == plain]
    similar = [each for each in fields if each[0].endswith(plain) or plain.endswith(each[0])]
    for _, path, inner in (*exact, *similar):
        below = _path_of(inner, rest) if rest else ()
        if below is not None:
            return path + below
    return None


def _fields(shape: Shape) -> Iterator[tuple[str, Path, Shape]]:
    """Yield normal name, path and shape of all fields, those of the resource itself first."""
    level: list[tuple[Path, Shape]] = [((), shape)]
    while level:
        below: list[tuple[Path, Shape]] = []
        for path, outer in level:
            if isinstance(outer, ListShape):
                below.append((path, outer.member))
            for name, member in getattr(outer, "members", {}).items():
                element: str = member.serialization.get("name", name)
                inner = (*path, name)
                yield element.removesuffix("Set").lower(), inner, member
                below.append((inner, member))
        level = below


def _tags(item: dict[str, Any], key: str) -> Iterator[str]:
    """Yield the keys of the tags of a resource, or the value of that of a filter."""
    for tag in item.get("Tags", item.get("TagSet", [])):
        if key == _TAG_KEY:
            yield tag["Key"]
        elif tag["Key"] == key.removeprefix(_TAG):
            yield tag["Value"]


def _values(value: Any, path: Path) -> Iterator[str]:
    """Yield the values at a path, which leads through every item of a list."""
    if isinstance(value, list):
        for each in value:
            yield from _values(each, path)
    elif path:
        yield from _values(value.get(path[0], []), path[1:])
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)
