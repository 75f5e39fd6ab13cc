"""Responses of AWS as data: recorded from a deployed stack, read by the fakes of the tests.

``recorded/<set>/<service>.json`` has, by operation, the parameters of each request and the
parsed response, without ``ResponseMetadata``. There are two sets:
``checks``, the requests of the checks, and ``listing``, those of the inventory of resources.
``recorded/stack.json`` has the configuration and the outputs of the recorded stack.
``python -m tests.record_responses`` records all of it anew.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

FOLDER = Path(__file__).parent / "recorded"
SETS = ("checks", "listing")
TIME = "2026-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Exchange:
    """One request to AWS and its response.

    Attributes:
        service: Service as boto3 names it.
        operation: Name of the operation, such as ``DescribeVpcs``.
        parameters: Parameters of the request.
        response: The parsed response; what botocore decodes (IAM policies) is text again.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    response: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"


def operation_model(service: str, operation: str) -> OperationModel:
    """Return botocore's model of an operation."""
    return _service_model(service).operation_model(operation)


def as_json(value: Any, shape: Shape) -> Any:
    """Return a response in types that JSON has; every time in it becomes ``TIME``."""

    def leaf(value: Any, shape: Shape) -> Any:
        if isinstance(value, datetime):
            return TIME
        decoded = shape.type_name == "string" and isinstance(value, dict)
        return json.dumps(value) if decoded else value

    return _converted(value, shape, leaf)


def from_json(value: Any, shape: Shape) -> Any:
    """Return a response as botocore parses it."""

    def leaf(value: Any, shape: Shape) -> Any:
        return datetime.fromisoformat(value) if shape.type_name == "timestamp" else value

    return _converted(value, shape, leaf)


def save(name: str, exchanges: Iterable[Exchange]) -> None:
    """Write a set of exchanges, each different one once."""
    services: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for each in exchanges:
        entry = {"parameters": each.parameters, "response": each.response}
        if entry not in services[each.service][each.operation]:
            services[each.service][each.operation].append(entry)
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    (FOLDER / name).mkdir(parents=True)
    for service, operations in services.items():
        write(FOLDER / name / f"{service}.json", operations)


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


@cache
def load(name: str) -> tuple[Exchange, ...]:
    """Read a set of exchanges; responses are as botocore parses them."""
    return tuple(
        Exchange(
            path.stem,
            operation,
            entry["parameters"],
            from_json(entry["response"], output_shape(path.stem, operation)),
        )
        for path in sorted((FOLDER / name).glob("*.json"))
        for operation, entries in json.loads(path.read_text()).items()
        for entry in entries
    )


def output_shape(service: str, operation: str) -> Shape:
    shape = operation_model(service, operation).output_shape
    assert shape is not None, f"{operation} returns nothing"
    return shape


@cache
def load_stack() -> dict[str, Any]:
    """Read configuration and outputs of the recorded stack."""
    stack: dict[str, Any] = json.loads((FOLDER / "stack.json").read_text())
    return stack


@cache
def _service_model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _converted(value: Any, shape: Shape, leaf: Any) -> Any:
    match shape:
        case StructureShape() if isinstance(value, dict):
            return {k: _converted(each, shape.members[k], leaf) for k, each in value.items()}
        case ListShape():
            return [_converted(each, shape.member, leaf) for each in value]
        case MapShape():
            return {key: _converted(each, shape.value, leaf) for key, each in value.items()}
        case _:
            return leaf(value, shape)
