"""Zones of tasks. Without an engine MiniStack's tasks run at once."""

from collections import Counter
from typing import Any

import boto3

from tests.component.harness.emulator.gateway.sample_resources import service, subnets, tasks


def in_subnets(ids: list[str]) -> dict[str, Any]:
    return {"awsvpcConfiguration": {"subnets": ids}}


def zones(session: boto3.Session) -> list[str]:
    return sorted(task["availabilityZone"] for task in tasks(session))


def test_ministack_still_puts_all_tasks_into_one_zone(bare: boto3.Session) -> None:
    service(bare, networkConfiguration=in_subnets(subnets(bare, "bc")))

    assert zones(bare) == ["eu-north-1a", "eu-north-1a"]


def test_tasks_are_spread_over_the_zones_of_the_service(gateway: boto3.Session) -> None:
    service(gateway, networkConfiguration=in_subnets(subnets(gateway, "bc")))
    assert zones(gateway) == ["eu-north-1b", "eu-north-1c"]

    gateway.client("ecs").update_service(cluster="c", service="s", desiredCount=4)
    assert Counter(zones(gateway)) == {"eu-north-1b": 2, "eu-north-1c": 2}
