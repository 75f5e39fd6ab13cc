"""EC2: filters of operations in which MiniStack ignores them.

The name of a filter is the path of a field of the described resource:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
"""

import fnmatch
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from botocore.model import ListShape, Shape, StructureShape

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch

_TAG = "tag:"
_TAG_KEY = "tag-key"

Path = tuple[str, ...]


class IgnoredFilters(Patch):
    """Removes the resources that a filter does not match from descriptions."""

    ministack = "ignores every filter of these operations and returns all resources"
    aws = "returns the resources that match all filters; an unknown filter is an error"
    documentation = (
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html"
    )
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
        filters = call.parameters.get("Filters", [])
        response = await call_next(call)
        if not response.ok or not filters:
            return response
        name, listing = _listing(call)
        tests = []
        for each in filters:
            key, patterns = each["Name"], each.get("Values", [])
            path = _path_of(listing.member, key)
            if path is None and not key.startswith(_TAG) and key != _TAG_KEY:
                return call.error("InvalidParameterValue", f"The filter '{key}' is invalid")
            tests.append((key, path or (), patterns))
        root = ElementTree.fromstring(response.body)  # noqa: S314 -- written by MiniStack
        for items in root.iterfind(f"{{*}}{name}"):
            for item in list(items):
                if not all(_matches(item, *test) for test in tests):
                    items.remove(item)
        ElementTree.register_namespace("", root.tag.partition("}")[0].lstrip("{"))
        return response.with_body(ElementTree.tostring(root, encoding="utf-8"))


def _listing(call: Call) -> tuple[str, ListShape]:
    """Return element name and shape of the list in the result of an operation."""
    shape = call.model.output_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 -- of every operation above
    return next(
        (_element(member, name), member)
        for name, member in shape.members.items()
        if isinstance(member, ListShape)
    )


def _element(shape: Shape, name: str) -> str:
    element: str = shape.serialization.get("name", name)
    return element


def _path_of(shape: Shape, name: str) -> Path | None:
    """Return the elements that lead to the field of a filter, None if there is no such field."""
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
                below.append(((*path, "*"), outer.member))
            for name, member in getattr(outer, "members", {}).items():
                element = _element(member, name)
                inner = (*path, element)
                yield element.removesuffix("Set").lower(), inner, member
                below.append((inner, member))
        level = below


def _matches(item: Element, key: str, path: Path, patterns: list[str]) -> bool:
    values = list(_values(item, key, path))
    return any(fnmatch.fnmatchcase(value, pattern) for value in values for pattern in patterns)


def _values(item: Element, key: str, path: Path) -> Iterator[str]:
    if key.startswith(_TAG) or key == _TAG_KEY:
        wanted = key.removeprefix(_TAG)
        for tag in item.iterfind("{*}tagSet/{*}item"):
            name, value = tag.findtext("{*}key", ""), tag.findtext("{*}value", "")
            if key == _TAG_KEY:
                yield name
            elif name == wanted:
                yield value
        return
    steps = "/".join("*" if step == "*" else f"{{*}}{step}" for step in path)
    for element in item.iterfind(steps):
        yield (element.text or "").strip()
