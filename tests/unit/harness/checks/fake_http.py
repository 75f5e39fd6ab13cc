"""The catalog API, its load balancer and its distribution, below requests."""

import gzip
import io
import itertools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

NEW_IDS = itertools.count(1)
ADDED = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
CLOUDFRONT = "d123.cloudfront.net"
Change = Callable[[requests.PreparedRequest, requests.Response], None]


class FakeCatalog(BaseAdapter):
    """Responds as the deployed catalog; tests change its attributes to make it incorrect.

    Attributes:
        tasks: Ids of the tasks that respond, in turn.
        products: Rows of the database, by SKU.
        changes: Called with every request and its response, to change the response.
    """

    def __init__(self, tasks: list[str], products: dict[str, dict[str, Any]]) -> None:
        super().__init__()
        self.tasks = tasks
        self.products = products
        self.changes: list[Change] = []
        self.requests: list[requests.PreparedRequest] = []
        self.unreachable = False
        self._turn = 0

    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("http://", self)
        session.mount("https://", self)
        return session

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        self.requests.append(request)
        if self.unreachable:
            raise requests.ConnectionError("connection refused")
        response = self._answer(request)
        for change in self.changes:
            change(request, response)
        return response

    def close(self) -> None:
        pass

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        parts = urlsplit(request.url or "")
        edge = parts.netloc == CLOUDFRONT
        if edge and parts.scheme == "http":
            location = (request.url or "").replace("http://", "https://", 1)
            return answer(request, 301, headers={"Location": location})
        status, body = self._route(request, parts.path, parse_qsl(parts.query))
        headers = {"X-Task-Id": self._next_task()}
        if edge:
            headers |= {"X-Cache": "Miss from cloudfront", "X-Amz-Cf-Id": "id"}
            headers["Via"] = "1.1 abc.cloudfront.net (CloudFront)"
        return answer(request, status, body, headers)

    def _next_task(self) -> str:
        self._turn += 1
        return self.tasks[self._turn % len(self.tasks)]

    def _route(
        self, request: requests.PreparedRequest, path: str, query: list[tuple[str, str]]
    ) -> tuple[int, Any]:
        if path == "/healthz":
            return 200, {"status": "ok"}
        if path == "/readyz":
            database = {"server_version": "16.8", "tls": True, "tls_version": "TLSv1.3"}
            return 200, {"status": "ready", "task_id": "see header", "database": database}
        if path == "/diagnostics/request":
            cookies = [pair.split("=")[0] for pair in request.headers.get("Cookie", "").split("; ")]
            return 200, {
                "query": [list(pair) for pair in query],
                "header_names": sorted(name.lower() for name in request.headers),
                "cookie_names": sorted(filter(None, cookies)),
            }
        return self._products(request, path, dict(query))

    def _products(
        self, request: requests.PreparedRequest, path: str, query: dict[str, str]
    ) -> tuple[int, Any]:
        sent = json.loads(request.body) if request.body else {}
        if path == "/products" and request.method == "POST":
            created = {**sent, **ADDED, "id": next(NEW_IDS)}
            self.products[sent["sku"]] = created
            return 201, created
        if path == "/products":
            category = query.get("category")
            items = [p for p in list(self.products.values()) if category in (None, p["category"])]
            return 200, {"items": items, "total": len(items)}
        identifier = int(path.rpartition("/")[2])
        found = next((p for p in list(self.products.values()) if p["id"] == identifier), None)
        if found is None:
            return 404, {"detail": "no such product"}
        if request.method == "DELETE":
            del self.products[found["sku"]]
            return 204, None
        if request.method == "PUT":
            found.update(sent)
        return 200, found


def replace_body(response: requests.Response, body: Any) -> None:
    """Replace the body of a response."""
    text = body if isinstance(body, str) else json.dumps(body)
    response.raw = HTTPResponse(io.BytesIO(text.encode()), preload_content=False)
    response.headers.pop("Content-Encoding", None)
    # Discard the content that was read of the old body.
    response.__dict__.update(_content=False, _content_consumed=False)


def answer(
    request: requests.PreparedRequest,
    status: int,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    raw = b"" if body is None else json.dumps(body).encode()
    sent = dict(headers or {})
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(raw) > 500:
        raw = gzip.compress(raw)
        sent["Content-Encoding"] = "gzip"
    sent["Content-Length"] = str(len(raw))
    response = requests.Response()
    response.status_code = status
    response.headers.update(sent)
    response.raw = HTTPResponse(io.BytesIO(raw), headers=sent, status=status, preload_content=False)
    response.url = request.url or ""
    response.request = request
    return response
