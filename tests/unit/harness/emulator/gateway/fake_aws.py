"""An AWS API that says what a test wants, behind ASGI; and real emulators in child processes."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from socket import socket
from types import SimpleNamespace
from typing import Any, cast

import boto3
import requests
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from starlette.types import Receive, Scope, Send

from harness.core.wait import wait_until
from harness.emulator.gateway import READY_PATH, gateway_environment
from harness.emulator.gateway.aws import ApiError, AwsApi, build, parse, service_model
from harness.emulator.gateway.caller import Tenant, signature_of
from harness.emulator.gateway.http import Request, Response, read_request
from harness.emulator.gateway.patches.base import Call, json_error, json_response
from harness.emulator.gateway.query import decode_form, encode_error, encode_result, form_of

TENANT = Tenant("111122223333", "eu-north-1")
REGION = "eu-north-1"
_BOTOCORE_NAMES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}

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
        if service == "ec2":
            return Response(200, body=_ec2_document(model, result).encode())
        return json_response(result) if target else encode_result(model, result)


def _ec2_document(model: OperationModel, result: dict[str, Any]) -> str:
    """EC2's dialect of the Query protocol: no wrapper, list members are items."""
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


@dataclass(frozen=True)
class Emulator:
    """An emulator in a child process."""

    process: subprocess.Popen[bytes]
    endpoint: str
    log: Path

    def await_ready(self) -> str:
        """Wait until it answers and return its endpoint."""
        wait_until(
            self.answers,
            what=f"{self.endpoint} to be ready; its log: {self.log}",
            ready=bool,
            failed=lambda _: self.process.poll() is not None,
            timeout=60,
            delay=0.05,
        )
        return self.endpoint

    def answers(self) -> bool:
        try:
            return requests.get(self.endpoint + READY_PATH, timeout=5).ok
        except requests.ConnectionError:
            return False


@contextmanager
def emulator(
    module: str, directory: Path, *, engine: Path | None = None, **settings: Any
) -> Iterator[Emulator]:
    """Run ``python -m module`` as an emulator; it is not ready yet."""
    port = free_port()
    environment = gateway_environment(
        port=port,
        region=REGION,
        docker_host=f"unix://{engine or directory / 'none.sock'}",
        directory=directory / "gateway",
        **settings,
    )
    (directory / "gateway").mkdir(exist_ok=True)
    command = [sys.executable, "-m", module]
    log = directory / "emulator.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            yield Emulator(process, f"http://127.0.0.1:{port}", log)
        finally:
            # In good order, so that its coverage is counted too.
            process.terminate()
            process.wait(30)


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def session_of(endpoint: str, *, account: str) -> boto3.Session:
    """Return what a test uses like a boto3 session.

    A true one costs 0.1 s of processor time, and as much again for each client.
    """
    return cast("boto3.Session", _Session(endpoint, Tenant(account, REGION)))


@dataclass(frozen=True)
class _Session:
    endpoint: str
    tenant: Tenant

    def client(self, service: str) -> "_Client":
        return _Client(self, service)


class _Client:
    def __init__(self, session: _Session, service: str) -> None:
        self._session = session
        self._service = service
        self.meta = SimpleNamespace(endpoint_url=session.endpoint)

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        model = service_model(self._service)
        (operation,) = (name for name in model.operation_names if xform_name(name) == method)
        return partial(self._call, model.operation_model(operation))

    def _call(self, model: OperationModel, **parameters: Any) -> dict[str, Any]:
        request = build(model, self._session.tenant, parameters)
        url = self._session.endpoint + request.path + (request.query and f"?{request.query}")
        headers = {name: value for name, value in request.headers if name != "host"}
        with _http() as http:
            answer = http.request(
                request.method, url, data=request.body, headers=headers, timeout=30
            )
        try:
            return parse(
                model, Response(answer.status_code, tuple(answer.headers.items()), answer.content)
            )
        except ApiError as error:
            described = {"Error": {"Code": error.code, "Message": error.reason}}
            raise ClientError(cast("Any", described), model.name) from error


def _http() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
