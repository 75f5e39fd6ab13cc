"""A product that the API accepts."""

from typing import Any

BOOK: dict[str, Any] = {
    "sku": "BK-1",
    "name": "Röd bok",
    "description": "100% paper",
    "category": "books",
    "price": "19.90",
    "currency": "SEK",
}
