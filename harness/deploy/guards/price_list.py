"""Prices from the AWS Price List API.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.errors import error_code
from harness.aws.fallback_prices import FALLBACK, FALLBACK_DATE, FALLBACK_REGION, PRODUCTS, Item

# A region of the API, which returns the prices of all regions.
_API_REGION = "us-east-1"
_CONFIG = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 2}
)


@dataclass(frozen=True)
class Prices:
    """Prices in USD per hour, and their origin for messages."""

    hourly: Mapping[Item, float]
    source: str


def current_prices(session: boto3.Session, region: str) -> Prices:
    """Return the prices of a region from the AWS Price List API, else from the built-in table.

    Items with a fixed price per month (secrets, alarms) always come from the table. The API
    requires permission for ``pricing:GetProducts``.
    """
    client = session.client("pricing", region_name=_API_REGION, config=_CONFIG)
    try:
        found = {item: _price(client, product, region) for item, product in PRODUCTS.items()}
    except (BotoCoreError, ClientError, LookupError, ValueError) as error:
        code = error_code(error)
        return Prices(
            FALLBACK,
            f"table of {FALLBACK_DATE} for {FALLBACK_REGION}; the AWS Price List API failed: "
            f"{f'error {code}' if code else type(error).__name__}",
        )
    return Prices({**FALLBACK, **found}, "AWS Price List API")


def _price(client: Any, product: Mapping[str, Any], region: str) -> float:
    """Return the price of an item.

    Raises:
        LookupError: The price list does not contain it.
        ValueError: An entry is malformed.
    """
    fields = {"regionCode": region, **product.get("filters", {})}
    filters = [{"Type": "TERM_MATCH", "Field": k, "Value": v} for k, v in fields.items()]
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=product["service"], Filters=filters
    )
    for page in pages:
        for text in page["PriceList"]:
            entry = json.loads(text)
            usage = entry["product"]["attributes"].get("usagetype", "")
            # With or without a region prefix ("EUN1-").
            if re.fullmatch(rf"([^-]*-)?{re.escape(product['usage'])}", usage):
                terms = entry["terms"]["OnDemand"].values()
                prices = [each for term in terms for each in term["priceDimensions"].values()]
                return max(float(price["pricePerUnit"]["USD"]) for price in prices)
    raise LookupError(product["usage"])
