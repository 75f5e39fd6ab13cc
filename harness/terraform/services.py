"""The AWS service of a resource, and the references between the resources of a configuration."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# Words of resource types that are not the name of their service: aws_WORD, or aws_WORD_WORD.
_SERVICES = {
    "lb": "elbv2",
    "db": "rds",
    "appautoscaling": "application-autoscaling",
    "cloudwatch_log": "logs",
    **dict.fromkeys(
        ("vpc", "subnet", "route", "eip", "nat", "internet", "security", "network", "default"),
        "ec2",
    ),
}
_ADDRESS = re.compile(r"[a-z]\w*\.[A-Za-z_][\w-]*")


def service_of(address: str) -> str:
    """Return the AWS service of a resource type or address: ``aws_lb.main`` -> "elbv2"."""
    words = address.partition(".")[0].split("_")
    found = ("_".join(words[1:3]), words[min(1, len(words) - 1)])
    return next((_SERVICES[each] for each in found if each in _SERVICES), found[1])


def resource_blocks(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield address and block of every managed resource of a Terraform JSON configuration."""
    for kind, blocks in configuration.get("resource", {}).items():
        for name, block in blocks.items():
            yield f"{kind}.{name}", block


def references(configuration: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the address of every resource -> those of the resources that it refers to."""
    texts = {address: json.dumps(block) for address, block in resource_blocks(configuration)}
    return {
        address: tuple(sorted({*_ADDRESS.findall(text)} & texts.keys() - {address}))
        for address, text in texts.items()
    }
