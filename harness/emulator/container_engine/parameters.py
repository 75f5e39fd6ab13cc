"""Reads requests of the Docker Engine API: their engine and their query parameters."""

import json
import signal
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from harness.emulator.container_engine.container import Container
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.errors import InvalidRequestError
from harness.emulator.container_engine.logs import LogQuery

_TRUE = {"1", "true", "True", "t", "T"}


def engine_of(request: Request) -> Engine:
    """Return the engine that a request is for."""
    engine: Engine = request.app.state.engine
    return engine


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body of a request; empty for an empty body.

    Raises:
        InvalidRequestError: It is something else.
    """
    try:
        return dict(json.loads(await request.body() or "{}"))
    except (ValueError, TypeError) as error:
        raise InvalidRequestError(f"invalid JSON: {error}") from error


def filters_of(text: str) -> dict[str, list[str]]:
    """Parse the ``filters`` of ``GET /containers/json``.

    Raises:
        InvalidRequestError: They are not a JSON object.
    """
    try:
        # Old clients send {"label": {"a=b": true}}, new clients {"label": ["a=b"]}.
        return {key: list(values) for key, values in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequestError(f"invalid filter: {error}") from error


def has_any(key: str, values: list[str], container: Container) -> bool:
    """Whether a container has one of the values of a filter; all labels must match, as in Docker.

    An unsupported filter matches no container, so that a client that removes what it lists does
    not remove too much.
    """
    if key == "label":
        labels = container.spec.labels
        pairs = {f"{name}={value}" for name, value in labels.items()}
        return all(label in labels or label in pairs for label in values)
    tests: dict[str, Any] = {
        "name": lambda value: value.removeprefix("/") in container.name,
        "id": container.id.startswith,
        "status": lambda value: value == container.state.status,
        "ancestor": lambda value: value in (container.spec.image, container.image.repository),
        "volume": lambda value: value in container.spec.volumes.values(),
    }
    return key in tests and any(tests[key](value) for value in values)


def flag(parameters: Mapping[str, str], name: str) -> bool:
    """Parse a boolean; false if absent."""
    return parameters.get(name) in _TRUE


def seconds(parameters: Mapping[str, str], name: str) -> float | None:
    """Parse a number of seconds; None if absent.

    Raises:
        InvalidRequestError: It is not a number.
    """
    text = parameters.get(name, "")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InvalidRequestError(f"invalid {name}: {text!r} is not a number") from error


def signal_named(text: str) -> signal.Signals:
    """Parse a signal: ``SIGTERM``, ``TERM`` or ``15``.

    Raises:
        InvalidRequestError: There is no such signal.
    """
    try:
        if text.isdigit():
            return signal.Signals(int(text))
        return signal.Signals[f"SIG{text.upper().removeprefix('SIG')}"]
    except (KeyError, ValueError) as error:
        raise InvalidRequestError(f"invalid signal: {text}") from error


def log_query(parameters: Mapping[str, str]) -> LogQuery:
    """Parse the parameters of ``GET /containers/{id}/logs``.

    Raises:
        InvalidRequestError: No stream is selected, or a number is invalid.
    """
    stdout, stderr = flag(parameters, "stdout"), flag(parameters, "stderr")
    if not stdout and not stderr:
        raise InvalidRequestError("Bad parameters: you must choose at least one stream")
    tail = parameters.get("tail", "all")
    return LogQuery(
        stdout=stdout,
        stderr=stderr,
        tail=int(tail) if tail.isdigit() else None,
        since=seconds(parameters, "since") or 0.0,
        until=seconds(parameters, "until") or 0.0,
        follow=flag(parameters, "follow"),
        timestamps=flag(parameters, "timestamps"),
    )
