"""The Product Catalog API as a client sees it, at one of the stack's addresses."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from harness.checks.check import expect
from harness.checks.context import CheckContext

__all__ = ["CatalogClient", "new_product"]

_SHOWN_CHARACTERS = 300


def new_product(*, description: str = "") -> dict[str, str]:
    """Return a product that no other check has: unique SKU, a category of its own."""
    unique = uuid.uuid4().hex[:12]
    return {
        "sku": f"check-{unique}",
        "name": f"Check {unique}",
        "description": description,
        "category": f"check {unique}",  # the space must survive every query string on the way
        "price": "12.50",
        "currency": "EUR",
    }


@dataclass(frozen=True)
class CatalogClient:
    """Requests to the API.

    Attributes:
        context: The deployed stack.
        base: Address of the API, such as ``https://d123.cloudfront.net``.
    """

    context: CheckContext
    base: str

    def send(self, method: str, path: str, status: int = 200, **request: Any) -> requests.Response:
        """Send a request and insist on its status.

        Args:
            method: HTTP method.
            path: Path, from the slash on.
            status: Status that must come back.
            **request: What ``CheckContext.request`` takes.

        Raises:
            CheckFailedError: Another status came, or no answer.
        """
        response = self.context.request(method, self.base + path, **request)
        expect(
            response.status_code == status,
            f"status {status} to {method} {self.base}{path}",
            f"{response.status_code} {response.text[:_SHOWN_CHARACTERS]!r}",
        )
        return response

    @contextmanager
    def product(self, product: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Create a product for the time of the context and yield it as the API answers it."""
        created = self.send("POST", "/products", 201, json=product).json()
        try:
            yield created
        finally:
            self.context.request("DELETE", f"{self.base}/products/{created['id']}")

    def search(self, category: str, **request: Any) -> requests.Response:
        """Ask for the products of one category."""
        return self.send("GET", "/products", params={"category": category}, **request)

    def skus(self, category: str) -> list[str]:
        """Return the SKUs of the products of one category."""
        return [item["sku"] for item in self.search(category).json()["items"]]
