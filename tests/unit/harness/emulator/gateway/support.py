"""An AWS API that says what a test wants, behind ASGI; and real emulators in child processes."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any

import boto3
import requests
from starlette.types import Receive, Scope, Send

from harness.emulator.gateway import READY_PATH, gateway_environment
from harness.emulator.gateway.aws import AwsApi, service_model
from harness.emulator.gateway.exchange import Request, Response, read_request
from harness.emulator.gateway.query import decode_form, encode_error, encode_result, form_of
from harness.emulator.gateway.repairs.base import Call, json_error, json_response
from harness.emulator.gateway.tenant import Tenant, signature_of
from harness.targets.session import EmulatorSession
from harness.wait import wait_until

TENANT = Tenant("111122223333", "eu-north-1")
REGION = "eu-north-1"
_BOTOCORE_NAMES = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}

Answer = dict[str, Any] | Response | Callable[[dict[str, Any]], dict[str, Any] | Response]


@dataclass
class FakeAws:
    """Answers API calls; remembers them as (operation, parameters)."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def api(self) -> AwsApi:
        return AwsApi(self)

    def names(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def parameters(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]

    async def proceed(self, call: Call) -> Response:
        return self.answer(call.request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer(await read_request(scope, receive)).send(send)

    def answer(self, request: Request) -> Response:
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
        answer = self.answers.get(operation, {})
        result = answer(parameters) if callable(answer) else answer
        if isinstance(result, Response):
            return result
        return json_response(result) if target else encode_result(model, result)


def query_call(service: str, operation: str, **form: str) -> Call:
    """A Query call as an SDK makes it."""
    body = "&".join(f"{name}={value}" for name, value in {"Action": operation, **form}.items())
    headers = (("authorization", TENANT.authorization(service)),)
    request = Request("POST", "/", headers=headers).with_body(body.encode())
    return Call(request, TENANT, service, operation)


def json_call(service: str, operation: str, **parameters: Any) -> Call:
    """A JSON call as an SDK makes it."""
    headers = (
        ("authorization", TENANT.authorization(service)),
        ("x-amz-target", f"Service.{operation}"),
    )
    request = Request("POST", "/", headers=headers).with_body(json.dumps(parameters).encode())
    return Call(request, TENANT, service, operation)


def elb_error(operation: str, code: str) -> Response:
    return encode_error(service_model("elbv2").operation_model(operation), code, "no")


def ecs_error(code: str) -> Response:
    return json_error(code, "no")


@contextmanager
def emulator(module: str, directory: Path) -> Iterator[str]:
    """Run ``python -m module`` as an emulator and yield its endpoint."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = gateway_environment(
        port=port, region=REGION, docker_host=f"unix://{directory}/none.sock"
    )
    log = (directory / "emulator.log").open("wb")
    command = [sys.executable, "-m", module]
    with (
        log,
        subprocess.Popen(
            command, env=environment | {"TMPDIR": str(directory)}, stdout=log, stderr=log
        ) as process,
    ):
        endpoint = f"http://127.0.0.1:{port}"
        try:
            wait_until(
                lambda: _answers(endpoint),
                what=f"{module} to be ready",
                ready=bool,
                failed=lambda _: process.poll() is not None,
                timeout=30,
                delay=0.05,
            )
            yield endpoint
        finally:
            process.terminate()


def _answers(endpoint: str) -> bool:
    try:
        return requests.get(endpoint + READY_PATH, timeout=5).ok
    except requests.ConnectionError:
        return False


def session_of(endpoint: str, *, account: str) -> boto3.Session:
    return EmulatorSession(endpoint=endpoint, region=REGION, access_key=account)
