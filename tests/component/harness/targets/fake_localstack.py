"""A fake LocalStack on loopback."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from tests.component.harness.targets.http_server import Answer, Request, Server, http_server

SERVICES = {"s3": "running", "ec2": "available"}
HEALTH: dict[str, Any] = {"services": SERVICES, "edition": "community", "version": "4.14.0"}
INFO: dict[str, Any] = {
    "version": "4.14.0:abc",
    "edition": "community",
    "is_license_activated": False,
    "session_id": "1",
}
NOT_LICENSED = (
    "The API for service {} is either not included in your current license plan or has not yet "
    "been emulated by LocalStack."
)
# Signing name -> botocore's name, where they differ.
_NAMES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
}


class FakeLocalStack:
    """The responses; a test changes them.

    Attributes:
        pages: Path -> response of the internal endpoints of LocalStack.
        refused: Service -> error code, status and message, in place of an empty response.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {
            "/_localstack/health": Answer.of(HEALTH),
            "/_localstack/info": Answer.of(INFO),
        }
        self.refused: dict[str, tuple[str, int, str]] = {}

    def without(self, *services: str) -> "FakeLocalStack":
        """Respond for these services like an edition that does not offer them."""
        for name in services:
            self.refused[name] = ("InternalFailure", 501, NOT_LICENSED.format(name))
        return self

    def respond(self, request: Request) -> Answer:
        if page := self.pages.get(request.path):
            return page
        scope = re.search(r"Credential=test/\d+/[^/]+/([^/]+)/", request.headers["authorization"])
        assert scope is not None
        service = _NAMES.get(scope[1], scope[1])
        if refusal := self.refused.get(service):
            return _error(service, request, *refusal)
        return _empty(service, request)

    @contextmanager
    def serving(self) -> Iterator[Server]:
        with http_server(self.respond) as server:
            yield server


def _is_xml(service: str, request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return "form-urlencoded" in kind or service in ("s3", "cloudfront")


def _error(service: str, request: Request, code: str, status: int, message: str) -> Answer:
    if not _is_xml(service, request):
        return Answer.of({"__type": code, "message": message}, status)
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    outer, inner = ("Response", f"<Errors>{error}</Errors>")
    if service != "ec2":
        outer, inner = "ErrorResponse", error
    return Answer(status, f"<{outer}>{inner}</{outer}>".encode())


def _empty(service: str, request: Request) -> Answer:
    if service == "s3":
        return Answer(200, b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>")
    if service == "cloudfront":
        return Answer(200, b"<DistributionList><Quantity>0</Quantity></DistributionList>")
    if not _is_xml(service, request):
        return Answer.of({})
    parameters: Mapping[str, list[str]] = parse_qs(request.body.decode())
    action = parameters["Action"][0]
    body = f"<{action}Response><{action}Result/></{action}Response>"
    return Answer(200, body.encode())
