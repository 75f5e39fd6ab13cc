"""What the configuration says of each resource, in the words of the AWS API.

Terraform's attributes become paths of the responses that describe the resource; most have the
same name. Several Terraform resources may describe one resource of AWS (a bucket and its policy).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from harness.catalog.descriptions import database, edge, network, service, storage
from harness.catalog.descriptions.described import filled
from harness.checks.framework.description import Descriptions

_TYPES = {
    name: described
    for module in (network, storage, database, service, edge)
    for name, described in module.TYPES.items()
}


def describe(state: Iterable[tuple[str, Mapping[str, Any]]]) -> Descriptions:
    """Return the description of every resource that a deployed configuration has.

    Args:
        state: Terraform type and attributes of each resource, as applied.
    """
    described: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for name, attributes in state:
        for each in _TYPES.get(name, ()):
            key = filled(each.key, attributes)
            described[each.kind][key].update(each.describe(attributes))
    return {kind: dict(resources) for kind, resources in described.items()}
