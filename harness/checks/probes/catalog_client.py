"""A client of the Product Catalog API, at one of the stack's addresses."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from harness.checks.framework.check import expect
from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import load_balancer

_SHOWN_CHARACTERS = 300
# A load balancer that picks targets at random misses one of n in 40 n requests once in 1e17.
_REQUESTS_PER_TASK = 40


def task_of(response: requests.Response) -> str:
    """Return the id of the task that responded, from the header ``X-Task-Id``."""
    return response.headers.get("X-Task-Id", "(no X-Task-Id)")


def body_of(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object in the body of a response.

    Raises:
        CheckFailedError: The body is something else.
    """
    try:
        body = response.json()
    except ValueError:
        body = None
    shown = response.text[:_SHOWN_CHARACTERS]
    expect(isinstance(body, dict), f"a JSON object from {response.url}", repr(shown))
    return dict(body or {})


def items_of(response: requests.Response) -> list[dict[str, Any]]:
    """Return the products in the body of a list response."""
    items = body_of(response).get("items")
    expect(isinstance(items, list), f"a list of products from {response.url}", repr(items))
    return list(items or ())


def new_product(*, description: str = "") -> dict[str, str]:
    """Return a product with a unique SKU and a unique category."""
    unique = uuid.uuid4().hex[:12]
    return {
        "sku": f"check-{unique}",
        "name": f"Check {unique}",
        "description": description,
        "category": f"check {unique}",  # the space must survive every query string
        "price": "12.50",
        "currency": "EUR",
    }


@dataclass(frozen=True)
class CatalogClient:
    """Sends requests to the API.

    Attributes:
        context: The deployed stack.
        base: Address of the API, such as ``https://d123.cloudfront.net``.
    """

    context: CheckContext
    base: str

    @classmethod
    def at_load_balancer(cls, context: CheckContext) -> "CatalogClient":
        """Return a client of the load balancer's DNS name, as ELBv2 returns it."""
        return cls(context, f"http://{load_balancer(context)['DNSName']}")

    def send(self, method: str, path: str, status: int = 200, **request: Any) -> requests.Response:
        """Send a request and require the status of its response.

        Args:
            method: HTTP method.
            path: Path, with its leading slash.
            status: Expected status.
            **request: Options of ``CheckContext.request``.

        Raises:
            CheckFailedError: Another status came, or no response.
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
        """Create a product for the time of the context and yield it as the API returns it."""
        created = body_of(self.send("POST", "/products", 201, json=product))
        try:
            yield created
        finally:
            self.context.request("DELETE", f"{self.base}/products/{created['id']}")

    def responses_of_tasks(self, path: str, *, tasks: int) -> list[requests.Response]:
        """Request one path, sequentially, until that many tasks have responded.

        Returns:
            Every response, all with status 200; from fewer tasks if the load balancer never
            picked the others.
        """
        responses: list[requests.Response] = []
        with self.context.target.http() as session:
            for _ in range(_REQUESTS_PER_TASK * tasks):
                responses.append(self.send("GET", path, session=session))
                if len({task_of(each) for each in responses}) >= tasks:
                    break
        return responses

    def search(self, category: str, **request: Any) -> requests.Response:
        """Request the products of one category."""
        return self.send("GET", "/products", params={"category": category}, **request)

    def skus(self, category: str) -> list[str]:
        """Return the SKUs of the products of one category."""
        return [item["sku"] for item in items_of(self.search(category))]
