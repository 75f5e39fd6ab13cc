"""The AWS service of a resource, and the references between the resources of a configuration."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# Words of resource types -> name of the service.
_SERVICES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_ADDRESS = re.compile(r"[a-z]\w*\.[A-Za-z_][\w-]*")


def service_of(address: str) -> str:
    """Return the AWS service of a resource type or address: ``aws_lb.main`` -> "elbv2"."""
    words = address.partition(".")[0].split("_")
    found = ("_".join(words[1:3]), words[min(1, len(words) - 1)])
    return next((str(_SERVICES[each]) for each in found if each in _SERVICES), found[1])


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
