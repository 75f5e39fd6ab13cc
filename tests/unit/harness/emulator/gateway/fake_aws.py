"""A fake AWS API behind ASGI, whose responses are set by the test."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller, signature_of
from harness.emulator.gateway.errors import error_response
from harness.emulator.gateway.http import Request, Response, read_request
from harness.emulator.gateway.patches.base import Call, Patch, json_response
from harness.emulator.gateway.query import encode_result, form_of

CALLER = Caller("111122223333", "eu-north-1")
REGION = "eu-north-1"
FakeResponse = dict[str, Any] | Response | Callable[[dict[str, Any]], dict[str, Any] | Response]


@dataclass
class FakeAws:
    """Responds to API calls; records them as (operation, parameters)."""

    responses: dict[str, FakeResponse] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def api(self) -> AwsApi:
        return AwsApi(self)

    def names(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def parameters(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]

    async def call_next(self, call: Call) -> Response:
        return self.respond(call.request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.respond(await read_request(scope, receive)).send(send)

    def respond(self, request: Request) -> Response:
        self.requests.append(request)
        signature = signature_of(request.header("authorization"))
        assert signature is not None, "an unsigned call"
        target = request.header("x-amz-target")
        operation = target.rpartition(".")[2] or form_of(request)["Action"]
        call = Call(request, CALLER, signature.service, operation)
        parameters = call.json if target else call.parameters
        self.calls.append((operation, parameters))
        response = self.responses.get(operation, {})
        result = response(parameters) if callable(response) else response
        if isinstance(result, Response):
            return result
        return json_response(result) if target else encode_result(call.model, result)


def query_call(service: str, operation: str, **form: str) -> Call:
    """Return a Query call of an SDK."""
    body = "&".join(f"{name}={value}" for name, value in {"Action": operation, **form}.items())
    headers = (
        ("authorization", CALLER.authorization(service)),
        ("content-type", "application/x-www-form-urlencoded"),
    )
    request = Request("POST", "/", headers=headers).with_body(body.encode())
    return Call(request, CALLER, service, operation)


def json_call(service: str, operation: str, **parameters: Any) -> Call:
    """Return a JSON call of an SDK."""
    headers = (
        ("authorization", CALLER.authorization(service)),
        ("x-amz-target", f"Service.{operation}"),
    )
    request = Request("POST", "/", headers=headers).with_body(json.dumps(parameters).encode())
    return Call(request, CALLER, service, operation)


async def result_of(
    patch: Patch, aws: FakeAws, operation: str, **parameters: Any
) -> dict[str, Any]:
    """Return what a patch returns for a JSON call of its service."""
    call = json_call(patch.service, operation, **parameters)
    response: dict[str, Any] = json.loads((await patch.handle(call, aws.call_next)).body)
    return response


def elb_error(operation: str, code: str) -> Response:
    return error_response(query_call("elasticloadbalancing", operation).request, code, "no")


def ecs_error(code: str) -> Response:
    return error_response(json_call("ecs", "DescribeServices").request, code, "no")
