"""The interface of patches: each corrects one difference between MiniStack and AWS."""

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from botocore.model import OperationModel

from harness.emulator.gateway.aws import AwsApi, build, parse, service_model
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.errors import error_response
from harness.emulator.gateway.http import Request, Response
from harness.emulator.gateway.query import decode_parameters, encode_result, form_of

_JSON = "application/x-amz-json-1.1"
# Signing name -> name in botocore, where they differ.
_BOTOCORE_NAMES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}


@dataclass(frozen=True)
class Call:
    """One call of an AWS API; the service has its signing name (``elasticloadbalancing``)."""

    request: Request
    caller: Caller
    service: str
    operation: str

    @property
    def is_json(self) -> bool:
        """Whether it uses one of the JSON protocols of AWS; otherwise Query."""
        return bool(self.request.header("x-amz-target"))

    @property
    def json(self) -> dict[str, Any]:
        """The parameters of a JSON call."""
        parameters: dict[str, Any] = json.loads(self.request.body or b"{}")
        return parameters

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a Query call as they were sent."""
        return form_of(self.request)

    @property
    def model(self) -> OperationModel:
        """The botocore model of the operation."""
        name = _BOTOCORE_NAMES.get(self.service, self.service)
        return service_model(name).operation_model(self.operation)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of a Query call, decoded."""
        return decode_parameters(self.model, self.form)

    def with_form(self, form: dict[str, str]) -> "Call":
        """Return the same Query call with other parameters."""
        request = replace(self.request, method="POST", query="")
        return replace(self, request=request.with_body(urlencode(form).encode()))

    def with_parameters(self, parameters: dict[str, Any]) -> "Call":
        """Return the same Query call with other parameters, which are encoded."""
        body = build(self.model, self.caller, parameters).body
        request = replace(self.request, method="POST", query="")
        return replace(self, request=request.with_body(body))

    def to_json(self, operation: str, parameters: dict[str, Any]) -> "Call":
        """Return a JSON call of the same caller to another operation of the same service."""
        prefix = self.request.header("x-amz-target").partition(".")[0]
        others = [pair for pair in self.request.headers if pair[0] != "x-amz-target"]
        headers = (("x-amz-target", f"{prefix}.{operation}"), *others)
        request = replace(self.request, headers=headers)
        request = request.with_body(json.dumps(parameters).encode())
        return replace(self, request=request, operation=operation)

    def error(self, code: str, message: str) -> Response:
        """Return a client error as the response, with status 400."""
        return error_response(self.request, code, message)


CallNext = Callable[[Call], Coroutine[Any, Any, Response]]


class Patch(ABC):
    """Middleware that corrects one behaviour of MiniStack: a row of docs/embedded-cloud.md.

    A patch receives the calls that it matches, and may change what ``call_next`` passes to the
    next patch, finally to MiniStack, and what it returns.

    Attributes:
        operations: Operations to patch; none: every call of the service.
    """

    service: str
    operations: frozenset[str] = frozenset()

    def matches(self, call: Call) -> bool:
        """Whether the patch handles a call."""
        return call.service == self.service and (
            not self.operations or call.operation in self.operations
        )

    @abstractmethod
    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Handle a call that this patch matches."""


class ResultPatch(Patch):
    """A patch that corrects the results of calls; errors pass."""

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Pass the call on and correct its result."""
        response = await call_next(call)
        if not response.ok:
            return response
        result = response.json() if call.is_json else parse(call.model, response)
        await self._correct(call, result)
        return response.with_json(result) if call.is_json else encode_result(call.model, result)

    @abstractmethod
    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        """Correct a result in place."""


class UsesAws:
    """A patch that calls the API of MiniStack."""

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws


def json_response(value: dict[str, Any]) -> Response:
    """Return a response in the JSON protocol of AWS."""
    headers = (("content-type", _JSON), ("x-amzn-requestid", str(uuid.uuid4())))
    return Response(200, headers=headers, body=json.dumps(value).encode())
