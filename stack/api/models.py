"""The product in requests and in responses."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

HIGHEST_ID = 2**63 - 1
"""The highest ``bigint``, the type of an id."""


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


_Storable = AfterValidator(_storable)
"""PostgreSQL cannot store the character with code zero
(https://www.postgresql.org/docs/current/datatype-character.html)."""


class ProductInput(BaseModel):
    """The product in the body of POST and PUT.

    Unknown fields are ignored, so that the response of GET can be changed and sent back.
    """

    sku: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _Storable
    ]
    description: Annotated[str, StringConstraints(max_length=4000), _Storable] = ""
    category: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), _Storable
    ]
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"


class Product(BaseModel):
    """A stored product.

    Only types are validated: rows inserted by SQL can be read, too.
    ``price`` is a decimal of two places, a string in JSON, so that no client rounds it.
    """

    id: int
    sku: str
    name: str
    description: str
    category: str
    price: Decimal
    currency: str
    created_at: datetime
    updated_at: datetime


class PageRequest(BaseModel):
    """The query of a list of products; ``q``: in name, description or SKU, ignoring case."""

    q: Annotated[str, StringConstraints(max_length=200), _Storable] | None = None
    category: Annotated[str, StringConstraints(max_length=64), _Storable] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=HIGHEST_ID)] = 0


class Page(BaseModel):
    """One page of a list; ``total`` counts the matches on all pages."""

    items: list[Product]
    total: int
    limit: int
    offset: int
