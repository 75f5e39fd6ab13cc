from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from stack.api.models import PageRequest, ProductInput

PRODUCT: dict[str, Any] = {"sku": "BK-1", "name": "Book", "category": "books", "price": "19.90"}


def wrong_field(values: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        ProductInput.model_validate(values)
    (error,) = caught.value.errors()
    return str(error["loc"][0])


def test_description_and_currency_have_defaults() -> None:
    product = ProductInput.model_validate(PRODUCT)
    assert (product.description, product.currency) == ("", "EUR")


def test_a_price_stays_a_decimal() -> None:
    assert ProductInput.model_validate(PRODUCT | {"price": 0.1}).price == Decimal("0.1")


def test_white_space_around_a_name_is_stripped() -> None:
    assert ProductInput.model_validate(PRODUCT | {"name": "  Book "}).name == "Book"


def test_fields_of_responses_are_ignored() -> None:
    given = PRODUCT | {"id": 7, "created_at": "2026-01-01T00:00:00Z"}
    assert ProductInput.model_validate(given) == ProductInput.model_validate(PRODUCT)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "two words"),
        ("sku", "-leading"),
        ("sku", "x" * 65),
        ("sku", "line\n"),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "nul\x00"),
        ("description", "x" * 4001),
        ("description", "nul\x00"),
        ("category", ""),
        ("category", "x" * 65),
        ("price", "-0.01"),
        ("price", "1.234"),
        ("price", "12345678901"),
        ("price", "NaN"),
        ("price", float("inf")),
        ("currency", "eur"),
        ("currency", "EURO"),
    ],
)
def test_a_value_that_cannot_be_stored_is_rejected(field: str, value: object) -> None:
    assert wrong_field(PRODUCT | {field: value}) == field


@pytest.mark.parametrize("field", ["sku", "name", "category", "price"])
def test_a_missing_field_is_rejected(field: str) -> None:
    assert wrong_field({key: value for key, value in PRODUCT.items() if key != field}) == field


def test_the_first_page_of_twenty_products_is_the_default() -> None:
    request = PageRequest()
    assert (request.q, request.category, request.limit, request.offset) == (None, None, 20, 0)
