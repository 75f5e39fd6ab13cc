"""What is billed by the hour: prices for the time without the Price List API, and its products."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

_HOURS_PER_MONTH = 730.0
_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
FALLBACK_DATE: str = _TABLE.pop("date")
FALLBACK_REGION: str = _TABLE.pop("region")


class Item(StrEnum):
    """Something that costs by the hour while it exists; requests and traffic come on top."""

    LOAD_BALANCER = "load balancer"
    NAT_GATEWAY = "NAT gateway"
    PUBLIC_ADDRESS = "public IPv4 address"
    VCPU = "Fargate vCPU"
    MEMORY = "Fargate GB"
    DATABASE = "Aurora capacity unit"
    SECRET = "secret"  # noqa: S105 -- the name of a thing that costs
    ALARM = "alarm"
    DASHBOARD = "dashboard"


# USD per hour.
FALLBACK: Mapping[Item, float] = {
    Item(name): row.get("hourly", row.get("monthly", 0.0) / _HOURS_PER_MONTH)
    for name, row in _TABLE.items()
}
# Service code, usage type and filters of the products of the list.
PRODUCTS: Mapping[Item, Mapping[str, Any]] = {
    Item(name): row for name, row in _TABLE.items() if "usage" in row
}
