"""A client of the Product Catalog API, at one of the stack's addresses."""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests

from harness.checks.framework.check import expect, expect_equal, one
from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import load_balancer, running_tasks, target_health

_SHOWN_CHARACTERS = 300
_ADDED = ("id", "created_at", "updated_at")  # by the API
# A load balancer that picks targets at random misses one of n in 40 n requests once in 1e17.
_REQUESTS_PER_TASK = 40
_LONGEST_PAUSE = 0.05  # seconds: a few requests of another check


def task_of(response: requests.Response) -> str:
    """Return the id of the task that responded, from the header ``X-Task-Id``.

    Raises:
        CheckFailedError: The response is not from a task.
    """
    task = response.headers.get("X-Task-Id", "")
    expect(bool(task), f"a task to respond to {response.url}", "a response without X-Task-Id")
    return task


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


def new_product() -> dict[str, str]:
    """Return a product with a unique SKU and a unique category."""
    unique = uuid.uuid4().hex[:12]
    return {
        "sku": f"check-{unique}",
        "name": f"Check {unique}",
        "description": f"Made by check {unique}",
        "category": f"check {unique}",  # the space must survive every query string
        "price": "12.50",
        "currency": "EUR",
    }


def require_product(product: Mapping[str, Any], sent: Mapping[str, str]) -> None:
    """Compare a product, as the API returns it, with what was sent: every field, no other.

    Raises:
        CheckFailedError: The message has the fields that differ.
    """
    expect_equal("fields of a product", set(product), {*sent, *_ADDED})
    expect_equal("product", {name: product[name] for name in sent}, dict(sent))


@dataclass(frozen=True)
class Made:
    """A product: as it was sent, as the API returned it, and the task that wrote it."""

    sent: dict[str, str]
    created: dict[str, Any]
    task: str

    @property
    def path(self) -> str:
        """Its path in the API."""
        return f"/products/{self.created.get('id')}"


@dataclass(frozen=True)
class CatalogClient:
    """Sends requests to the API at an address such as ``https://d123.cloudfront.net``."""

    context: CheckContext
    base: str

    @classmethod
    def at_load_balancer(cls, context: CheckContext) -> "CatalogClient":
        """Return a client of the load balancer's DNS name, as ELBv2 returns it."""
        name = context.once("load balancer", lambda: load_balancer(context)["DNSName"])
        return cls(context, f"http://{name}")

    def send(self, method: str, path: str, status: int = 200, **request: Any) -> requests.Response:
        """Send a request and require the status of its response, and that a task sent it.

        Args:
            path: Path, with its leading slash.
            **request: Options of ``CheckContext.request``.

        Raises:
            CheckFailedError: Another status came, no response, or one without a task's id.
        """
        response = self.context.request(method, self.base + path, **request)
        expect(
            response.status_code == status,
            f"status {status} to {method} {self.base}{path}",
            f"{response.status_code} {response.text[:_SHOWN_CHARACTERS]!r}",
        )
        task_of(response)
        return response

    def each_task(self, request: Callable[[], requests.Response]) -> dict[str, requests.Response]:
        """Send a request, sequentially, until every running task has responded to it.

        Returns:
            Task id -> its last response. A check that reads them all does not depend on whose
            turn it was.

        Raises:
            CheckFailedError: A running task never responded, or a target is not a task.
        """
        waiting, responses = self._expected, dict[str, requests.Response]()
        for _ in range(_REQUESTS_PER_TASK * max(len(waiting), 1)):
            response = request()
            task = task_of(response)
            if task in responses:
                # A concurrent check whose requests alternate with these takes each turn of the
                # other task.
                self.context.pause(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311
            responses[task] = response
            if waiting <= responses.keys():
                return responses
        running = {task.id for task in running_tasks(self.context)}
        missing = waiting & running - responses.keys()  # one may have been replaced
        expect(not missing, "a response of every running task", f"none of {', '.join(missing)}")
        return responses

    @cached_property
    def _expected(self) -> set[str]:
        """The tasks that must respond: every running one is a healthy target, and nothing else is.

        Waited for: a task that has just started receives no requests yet.
        """

        def observe() -> tuple[dict[str, str], dict[str, str]]:
            tasks = {task.address: task.id for task in running_tasks(self.context)}
            health = target_health(self.context)
            return tasks, {
                target: state for target, state in health.items() if "draining" not in state
            }

        tasks, _ = self.context.eventually(
            observe,
            what="every running task to be a healthy target, and no other target",
            ready=lambda seen: dict.fromkeys(seen[0], "healthy") == seen[1],
        )
        return set(tasks.values())

    @contextmanager
    def products(self, *, each_task: bool = False, **fields: str) -> Iterator[list[Made]]:
        """Create a product for the time of the context, or one through every task.

        Yields:
            The products; the API returned exactly the values that were sent, and its own.
        """
        made: list[Made] = []

        def create() -> requests.Response:
            sent = {**new_product(), **fields}
            response = self.send("POST", "/products", 201, json=sent)
            made.append(Made(sent, body_of(response), task_of(response)))
            require_product(made[-1].created, sent)
            return response

        try:
            if each_task:
                self.each_task(create)
            else:
                create()
            yield list({each.task: each for each in made}.values())
        finally:
            for each in made:
                self.context.request("DELETE", f"{self.base}{each.path}")

    def require_everywhere(self, made: Made, expected: Mapping[str, str]) -> None:
        """Read a product from every task, by id and by category, and compare all its fields.

        Raises:
            CheckFailedError: A task returns another product, or none.
        """
        for response in self.each_task(lambda: self.send("GET", made.path)).values():
            require_product(body_of(response), expected)
        for response in self.each_task(lambda: self.search(expected["category"])).values():
            require_product(one(items_of(response), "product"), expected)

    def search(self, category: str, **request: Any) -> requests.Response:
        """Request the products of one category."""
        return self.send("GET", "/products", params={"category": category}, **request)
