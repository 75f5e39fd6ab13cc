"""The estimated cost of a stack per hour, and the limit for it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.aws.fallback_prices import FALLBACK, Item
from harness.catalog.hourly_usage import hourly_usage
from harness.core.errors import UsageError
from harness.deploy.guards.cost import guard_cost, hourly_cost
from harness.deploy.guards.price_list import Prices, current_prices
from stack.config import StackConfig
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

ONE_EACH = Prices(dict.fromkeys(Item, 1.0), "a test")


def config(**changes: Any) -> StackConfig:
    return StackConfig.from_mapping({"environment_suffix": "pr1", **changes})


def product(usage: str, *prices: str) -> str:
    """Return a product of the price list, with a price for each range of its use."""
    dimensions = {price: {"pricePerUnit": {"USD": price}} for price in prices}
    terms = {"OnDemand": {"t": {"priceDimensions": dimensions}}}
    return json.dumps({"product": {"attributes": {"usagetype": usage}}, "terms": terms})


# Each list contains other usage types than the required one: sizes, architectures, classes.
LIST = {
    "AWSELB": [product("EUN1-LCUUsage", "9"), product("EUN1-LoadBalancerUsage", "0.01", "0.02")],
    "AmazonEC2": [product("EUN1-NatGateway-Bytes", "9"), product("EUN1-NatGateway-Hours", "0.04")],
    "AmazonVPC": [
        product("EUN1-PublicIPv4:IdleAddress", "9"),
        product("EUN1-PublicIPv4:InUseAddress", "0.006"),
    ],
    "AmazonECS": [
        product("EUN1-Fargate-ARM-vCPU-Hours:perCPU", "9"),
        product("EUN1-Fargate-ARM-GB-Hours", "9"),
        product("EUN1-Fargate-vCPU-Hours:perCPU", "0.05"),
        product("EUN1-Fargate-GB-Hours", "0.005"),
    ],
    "AmazonRDS": [product("EUN1-Aurora:ServerlessV2Usage", "0.15")],
}


def price_list(changes: dict[str, list[str]] | None = None) -> Callable[..., dict[str, Any]]:
    def respond(request: dict[str, Any]) -> dict[str, Any]:
        assert {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-north-1"} in (
            request["Filters"]
        )
        return {"PriceList": {**LIST, **(changes or {})}[request["ServiceCode"]]}

    return respond


def priced(response: Any) -> Prices:
    return current_prices(FakeAws.answering({"pricing.GetProducts": response}), "eu-north-1")


class TestPrices:
    def test_prices_are_those_of_the_price_list(self) -> None:
        prices = priced(price_list())

        assert prices.source == "AWS Price List API"
        assert prices.hourly[Item.LOAD_BALANCER] == 0.02
        assert prices.hourly[Item.NAT_GATEWAY] == 0.04
        assert prices.hourly[Item.PUBLIC_ADDRESS] == 0.006
        assert (prices.hourly[Item.VCPU], prices.hourly[Item.MEMORY]) == (0.05, 0.005)
        assert prices.hourly[Item.DATABASE] == 0.15

    def test_usage_types_without_a_region_prefix_are_found(self) -> None:
        prices = priced(price_list({"AmazonVPC": [product("PublicIPv4:InUseAddress", "0.007")]}))

        assert prices.hourly[Item.PUBLIC_ADDRESS] == 0.007

    def test_the_table_replaces_a_price_list_that_denies_access(self) -> None:
        def refuse(_: dict[str, Any]) -> dict[str, Any]:
            raise RefusalError("AccessDeniedException")

        prices = priced(refuse)

        assert prices.hourly is FALLBACK
        assert "table of 2026-11-25 for eu-north-1" in prices.source
        assert "error AccessDeniedException" in prices.source

    @pytest.mark.parametrize(
        "changes",
        [{"AmazonRDS": []}, {"AmazonRDS": ["{"]}, {"AmazonRDS": [product("x-y", "1")]}],
        ids=["empty", "no JSON", "other things"],
    )
    def test_the_table_replaces_an_incomplete_price_list(
        self, changes: dict[str, list[str]]
    ) -> None:
        assert priced(price_list(changes)).hourly is FALLBACK

    def test_the_table_has_a_price_for_every_item(self) -> None:
        assert set(FALLBACK) == set(Item)
        assert all(price > 0 for price in FALLBACK.values())


def cost(**changes: Any) -> float:
    return hourly_cost(hourly_usage(config(**changes)).initial, ONE_EACH)


class TestEstimate:
    def test_the_network_tier_costs_its_gateways_and_their_addresses(self) -> None:
        usage = hourly_usage(config(tiers=["network"], nat_gateway_count=2))

        assert hourly_cost(usage.initial, ONE_EACH) == hourly_cost(usage.maximum, ONE_EACH) == 2 + 2

    def test_the_maximum_scale_costs_more(self) -> None:
        usage = hourly_usage(config(desired_count=2, max_capacity=6))

        per_task = 0.25 + 0.5
        more = hourly_cost(usage.maximum, ONE_EACH) - hourly_cost(usage.initial, ONE_EACH)
        assert more == pytest.approx(4 * per_task + 1.5)

    def test_readers_are_database_instances_too(self) -> None:
        one, three = (
            cost(tiers=["network", "secret", "database"], aurora_reader_count=n) for n in (0, 2)
        )

        assert three - one == pytest.approx(2 * 0.5)

    def test_the_full_stack_costs_less_than_a_dollar_by_the_table(self) -> None:
        usage, table = hourly_usage(config()), Prices(FALLBACK, "the table")

        assert 0.15 < hourly_cost(usage.initial, table) < hourly_cost(usage.maximum, table) < 1.0


class TestLimit:
    def guard(self, limit: float | None) -> list[str]:
        notes: list[str] = []
        aws = FakeAws.answering({"pricing.GetProducts": price_list()})
        usage = hourly_usage(config())
        guard_cost(aws, usage, region="eu-north-1", limit=limit, note=notes.append)
        return notes

    @pytest.mark.parametrize("limit", [None, 5.0])
    def test_the_estimate_is_noted_with_its_source(self, limit: float | None) -> None:
        (note,) = self.guard(limit)

        assert note.startswith("estimated cost: 0.")
        assert "AWS Price List API" in note

    def test_a_stack_above_the_limit_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"--max-cost-per-hour 0.1: estimated cost: "):
            self.guard(0.1)
