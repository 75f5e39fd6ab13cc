"""MiniStack or the gateway in a child process, and a client of its API."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from types import SimpleNamespace
from typing import Any, cast

import boto3
import requests
from botocore import xform_name
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from harness.core.wait import wait_until
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.gateway.aws import ApiError, build, parse, service_model
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.environment import READY_PATH, gateway_environment
from harness.emulator.gateway.http import Response
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

REGION = "eu-north-1"


@dataclass(frozen=True)
class Emulator:
    """An emulator in a child process."""

    process: subprocess.Popen[bytes]
    endpoint: str
    log: Path

    def await_ready(self) -> str:
        """Wait until it is ready and return its endpoint."""
        wait_until(
            self.is_ready,
            what=f"{self.endpoint} to be ready; its log: {self.log}",
            ready=bool,
            timeout=60,
            delay=0.05,
        )
        return self.endpoint

    def is_ready(self) -> bool:
        assert self.process.poll() is None, f"it ended; its log: {self.log}"
        try:
            return requests.get(self.endpoint + READY_PATH, timeout=5).ok
        except requests.ConnectionError:
            return False


@contextmanager
def emulator(
    module: str,
    directory: Path,
    *,
    engine: Path | None = None,
    allow_code: bool = False,
    aws_delays: bool = False,
) -> Iterator[Emulator]:
    """Run ``python -m module`` as an emulator; it is not ready yet."""
    port = free_port()
    config = SupervisorConfig(
        directory,
        region=REGION,
        port=port,
        docker_host=f"unix://{engine or directory / 'none.sock'}",
        allow_code=allow_code,
        aws_delays=aws_delays,
    )
    environment = gateway_environment(config, CREDENTIALS)
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
    return cast("boto3.Session", _Session(endpoint, Caller(account, REGION)))


@dataclass(frozen=True)
class _Session:
    endpoint: str
    caller: Caller

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
        request = build(model, self._session.caller, parameters)
        url = self._session.endpoint + request.path + (request.query and f"?{request.query}")
        headers = {name: value for name, value in request.headers if name != "host"}
        signed = sign(
            AWSRequest(request.method, url, headers, request.body),
            account=self._session.caller.account,
            service=model.service_model.signing_name,
        )
        with _http() as http:
            response = http.request(
                request.method, url, data=request.body, headers=signed, timeout=30
            )
        try:
            return parse(
                model,
                Response(
                    response.status_code,
                    headers=tuple(response.headers.items()),
                    body=response.content,
                ),
            )
        except ApiError as error:
            described = {"Error": {"Code": error.code, "Message": error.reason}}
            raise ClientError(cast("Any", described), model.name) from error


def sign(request: AWSRequest, *, account: str, service: str) -> dict[str, str]:
    """Return the headers of a request, signed by botocore.

    Args:
        request: The request.
        account: Account id; another word for the default account.
        service: Signing name.
    """
    key = account if account.isdigit() else CREDENTIALS.access_key
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    del request.headers["authorization"]
    signer(Credentials(key, CREDENTIALS.secret_key), service, REGION).add_auth(request)
    return dict(request.headers.items())


def _http() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
