"""Availability zones of the subnets that a resource names."""

from typing import Any

from harness.preflight.configuration import Resource, Unknown, same


def zones_of(resource: Resource, argument: str) -> list[Any] | None:
    """Return the availability zone of each subnet that a list names, unknown ones as Unknown.

    None when it is not certain which subnets they are, or AWS chooses a zone.
    """
    subnets = resource.follow_all(argument, "aws_subnet") if argument in resource else None
    zones = [_zone(subnet) for subnet in subnets or ()]
    return None if subnets is None or None in zones else zones


def _zone(subnet: Resource) -> Any:
    zone = subnet.value("availability_zone")
    return subnet.value("availability_zone_id") if zone is None else zone


def distinct_zones(resource: Resource, argument: str) -> list[str] | None:
    """Return the availability zones of the subnets that a list names; None when unsure."""
    found = zones_of(resource, argument)
    zones: list[Any] = []
    for zone in found or ():
        verdicts = [same(zone, other) for other in zones]
        if True in verdicts:
            continue
        if None in verdicts:
            return None
        zones.append(zone)
    if found is None:
        return None
    return [zone.text if isinstance(zone, Unknown) else str(zone) for zone in zones]
