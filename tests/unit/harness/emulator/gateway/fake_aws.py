"""A fake AWS API behind ASGI, whose responses are set by the test."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, OperationModel, Shape, StructureShape
from starlette.types import Receive, Scope, Send

from harness.emulator.gateway.aws import AwsApi, service_model
from harness.emulator.gateway.caller import Caller, signature_of
from harness.emulator.gateway.http import Request, Response, read_request
from harness.emulator.gateway.patches.base import Call, Patch, json_error, json_response
from harness.emulator.gateway.query import decode_form, encode_error, encode_result, form_of

CALLER = Caller("111122223333", "eu-north-1")
REGION = "eu-north-1"
_BOTOCORE_NAMES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}
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
        service = _BOTOCORE_NAMES.get(signature.service, signature.service)
        target = request.header("x-amz-target")
        operation = target.rpartition(".")[2] or form_of(request)["Action"]
        model = service_model(service).operation_model(operation)
        if target:
            parameters = json.loads(request.body)
        else:
            parameters = decode_form(form_of(request), model.input_shape)
        self.calls.append((operation, parameters))
        response = self.responses.get(operation, {})
        result = response(parameters) if callable(response) else response
        if isinstance(result, Response):
            return result
        if service == "ec2":
            return Response(200, body=_ec2_document(model, result).encode())
        return json_response(result) if target else encode_result(model, result)


def _ec2_document(model: OperationModel, result: dict[str, Any]) -> str:
    """The EC2 protocol: like Query, but without a wrapper, and list members are items."""
    return (
        f"<{model.name}Response>{_ec2_element(model.output_shape, result)}</{model.name}Response>"
    )


def _ec2_element(shape: Shape | None, value: Any) -> str:
    if isinstance(shape, StructureShape):
        named = {name: shape.members[name].serialization.get("name", name) for name in value}
        return "".join(
            f"<{named[name]}>{_ec2_element(shape.members[name], value[name])}</{named[name]}>"
            for name in value
        )
    if isinstance(shape, ListShape):
        return "".join(f"<item>{_ec2_element(shape.member, item)}</item>" for item in value)
    return str(value)


def query_call(service: str, operation: str, **form: str) -> Call:
    """Return a Query call of an SDK."""
    body = "&".join(f"{name}={value}" for name, value in {"Action": operation, **form}.items())
    headers = (("authorization", CALLER.authorization(service)),)
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
    return encode_error(service_model("elbv2").operation_model(operation), code, "no")


def ecs_error(code: str) -> Response:
    return json_error(code, "no")
