"""Calls an AWS API in this process, with the codecs of botocore over ASGI; resolves accounts."""

import gzip
import json
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import botocore.loaders
import botocore.parsers
import botocore.serialize
from botocore.awsrequest import HeadersDict
from botocore.exceptions import DataNotFoundError
from botocore.model import OperationModel, ServiceModel
from starlette.types import ASGIApp

from harness.core.errors import EmulatorError
from harness.emulator.gateway.caller import Caller, Signature
from harness.emulator.gateway.http import Request, Response, send_request

_METADATA = re.compile(r'"metadata"\s*:\s*')
_LONGEST_METADATA = 4096  # characters
_ACCOUNT_ID = re.compile(r"\d{12}")
# Only the loader: importing a botocore session takes as long as importing MiniStack.
_LOADER = botocore.loaders.Loader()


class ApiError(EmulatorError):
    """An AWS API call returned an error."""

    def __init__(self, operation: str, code: str, reason: str) -> None:
        super().__init__(f"{operation}: {code}: {reason}")
        self.code = code
        self.reason = reason


@lru_cache
def service_model(service: str) -> ServiceModel:
    """Return the botocore model of a service, by its botocore name."""
    return ServiceModel(_LOADER.load_service_model(service, "service-2"), service_name=service)


@lru_cache
def _model_without_operations(service: str) -> ServiceModel | None:
    """Return a model with the metadata alone, which its file begins with, such as the protocol."""
    with suppress(DataNotFoundError):
        version = _LOADER.determine_latest_version(service, "service-2")
        file = Path(_LOADER.BUILTIN_DATA_PATH, service, version, "service-2.json.gz")
        with gzip.open(file, "rt", encoding="utf-8") as text:
            head = text.read(_LONGEST_METADATA)
        if found := _METADATA.search(head):
            metadata, _ = json.JSONDecoder().raw_decode(head, found.end())
            return ServiceModel({"metadata": metadata}, service_name=service)
        return service_model(service)
    return None


def limit_service_models() -> None:
    """Let MiniStack find the content type of a service without reading all of its model.

    It would read each through a botocore session of its own; and at a call of a service that it
    does not have, those of all services, to find whether there is one.
    """
    from ministack.core import responses, router  # noqa: PLC0415

    def model_of(service: str) -> ServiceModel | None:
        return _model_without_operations(responses._BOTOCORE_NAME.get(service, service))

    responses._service_model = model_of
    router._is_aws_service_name = bool


class AwsApi:
    """An AWS API behind an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def call(
        self, caller: Caller, service: str, operation: str, /, **parameters: Any
    ) -> dict[str, Any]:
        """Call one operation and return its parsed result.

        Raises:
            ApiError: The response was an error.
        """
        model = service_model(service).operation_model(operation)
        return parse(model, await send_request(self._app, build(model, caller, parameters)))


class Accounts:
    """Resolves access keys to accounts like MiniStack, with one call per key.

    Twelve digits are the account id itself, a session of STS belongs to the account of its
    role, and every other key to the default account.
    """

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws
        self._accounts: dict[str, str] = {}

    async def caller_of(self, signature: Signature) -> Caller:
        """Return account and region of a signed request."""
        key = signature.access_key
        if not _ACCOUNT_ID.fullmatch(key) and key not in self._accounts:
            caller = Caller(key, signature.region)
            identity = await self._aws.call(caller, "sts", "GetCallerIdentity")
            self._accounts[key] = identity["Account"]
        return Caller(self._accounts.get(key, key), signature.region)


def build(model: OperationModel, caller: Caller, parameters: dict[str, Any]) -> Request:
    """Build the request of a call in the protocol that botocore resolves for its service."""
    service = model.service_model
    serializer = botocore.serialize.create_serializer(
        service.resolved_protocol, include_validation=False
    )
    made: dict[str, Any] = dict(serializer.serialize_to_request(parameters, model))
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body, doseq=True).encode()
    headers = {name.lower(): value for name, value in made["headers"].items()}
    headers["authorization"] = caller.authorization(service.signing_name)
    headers["host"] = f"{service.endpoint_prefix}.{caller.region}.amazonaws.com"
    # Some operations of the REST protocols have fixed parameters: "/tagging?Operation=Tag".
    path, _, fixed = made["url_path"].partition("?")
    query = urlencode(made["query_string"] or {}, doseq=True)
    request = Request(
        method=made["method"],
        path=path,
        query="&".join(filter(None, (fixed, query))),
        headers=tuple(headers.items()),
    )
    return request.with_body(body or b"")


def parse(model: OperationModel, response: Response) -> dict[str, Any]:
    """Parse the response of a call.

    Raises:
        ApiError: It is an error.
    """
    parser: Any = botocore.parsers.create_parser(model.service_model.resolved_protocol)
    raw = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": response.body,
    }
    parsed: dict[str, Any] = parser.parse(raw, model.output_shape)
    if not response.ok:
        error = parsed.get("Error", {})
        raise ApiError(model.name, error.get("Code", ""), error.get("Message", ""))
    return parsed
