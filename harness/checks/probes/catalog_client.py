"""The Product Catalog API as a client sees it, at one of the stack's addresses."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from harness.checks.framework.context import CheckContext
from harness.checks.framework.expect import expect
from harness.checks.framework.resources import load_balancer

_SHOWN_CHARACTERS = 300
# A balancer that picks targets at random misses one of n in 40 n requests about once in 1e17.
_REQUESTS_PER_TASK = 40


def task_of(answer: requests.Response) -> str:
    """Return the id of the task that answered, as the API tells it."""
    return answer.headers.get("X-Task-Id", "(no X-Task-Id)")


def body_of(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON object that an answer carries.

    Raises:
        CheckFailedError: It carries something else.
    """
    try:
        body = answer.json()
    except ValueError:
        body = None
    shown = answer.text[:_SHOWN_CHARACTERS]
    expect(isinstance(body, dict), f"a JSON object from {answer.url}", repr(shown))
    return dict(body or {})


def items_of(answer: requests.Response) -> list[dict[str, Any]]:
    """Return the products that a list carries."""
    items = body_of(answer).get("items")
    expect(isinstance(items, list), f"a list of products from {answer.url}", repr(items))
    return list(items or ())


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

    @classmethod
    def at_load_balancer(cls, context: CheckContext) -> "CatalogClient":
        """Return a client of the load balancer's own DNS name, as ELBv2 tells it."""
        return cls(context, f"http://{load_balancer(context)['DNSName']}")

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
        created = body_of(self.send("POST", "/products", 201, json=product))
        try:
            yield created
        finally:
            self.context.request("DELETE", f"{self.base}/products/{created['id']}")

    def answers_of_tasks(self, path: str, *, tasks: int) -> list[requests.Response]:
        """Ask for one path until that many tasks have answered, one after the other.

        Returns:
            Every answer, all of them with status 200; fewer tasks than wanted may be behind
            them when the balancer never picked the others.
        """
        answers: list[requests.Response] = []
        with self.context.target.http() as session:
            for _ in range(_REQUESTS_PER_TASK * tasks):
                answers.append(self.send("GET", path, session=session))
                if len({task_of(answer) for answer in answers}) >= tasks:
                    break
        return answers

    def search(self, category: str, **request: Any) -> requests.Response:
        """Ask for the products of one category."""
        return self.send("GET", "/products", params={"category": category}, **request)

    def skus(self, category: str) -> list[str]:
        """Return the SKUs of the products of one category."""
        return [item["sku"] for item in items_of(self.search(category))]
