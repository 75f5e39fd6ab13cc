"""Prices for the time when the AWS Price List API is not available.

On-demand prices of eu-north-1 in USD without tax, as published on the date below at
https://aws.amazon.com/pricing/ (Elastic Load Balancing, VPC, Fargate, Aurora, Secrets Manager,
CloudWatch); not compared with the Price List API. The API takes precedence where it responds, and
the report names the source.
"""

from collections.abc import Mapping
from enum import StrEnum

FALLBACK_DATE = "2026-11-25"
FALLBACK_REGION = "eu-north-1"
_HOURS_PER_MONTH = 730.0


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


FALLBACK: Mapping[Item, float] = {
    Item.LOAD_BALANCER: 0.02394,
    Item.NAT_GATEWAY: 0.046,
    Item.PUBLIC_ADDRESS: 0.005,
    # Fargate Spot costs less, and what it costs changes daily.
    Item.VCPU: 0.0445,
    Item.MEMORY: 0.0049,
    Item.DATABASE: 0.14,
    Item.SECRET: 0.40 / _HOURS_PER_MONTH,
    Item.ALARM: 0.10 / _HOURS_PER_MONTH,
    Item.DASHBOARD: 3.00 / _HOURS_PER_MONTH,
}
