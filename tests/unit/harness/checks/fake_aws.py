"""AWS below boto3: real clients with responses of the test."""

import copy
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
from botocore.model import OperationModel
from botocore.validate import ParamValidator

Answer = Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]


class RefusalError(Exception):
    """Raised by an answer to make the client raise ``ClientError`` with this code."""

    def __init__(self, code: str, message: str = "refused") -> None:
        super().__init__(message)
        self.code = code


class FakeAws(boto3.Session):
    """A boto3 session whose clients take responses from ``answers`` ("ecs.DescribeTasks").

    Requests are validated by botocore as always; answers are validated against the service
    model too, so a fake cannot return what AWS cannot.
    """

    def __init__(self) -> None:
        core = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, "/dev/null", None),
                "credentials_file": (None, None, "/dev/null", None),
            }
        )
        super().__init__(
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="eu-north-1",
            botocore_session=core,
        )
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self._made: dict[str, Any] = {}
        self.events.register("before-parameter-build", _remember)
        self.events.register("before-call", self._answer)  # type: ignore[arg-type]

    @classmethod
    def answering(cls, answers: dict[str, Answer]) -> "FakeAws":
        """Return the one session of all tests, with these answers and without requests.

        Reading the service models takes time, so the session and its clients are reused.
        """
        session = _shared()
        session.answers, session.requests = answers, []
        return session

    def client(self, service_name: str, *_: Any, **__: Any) -> Any:
        if service_name not in self._made:
            self._made[service_name] = super().client(service_name)  # type: ignore[call-overload]
        return self._made[service_name]

    def parameters_of(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of the requests of an operation."""
        return [params for name, params in self.requests if name == operation]

    def _answer(
        self, model: OperationModel, context: dict[str, Any], **_: Any
    ) -> tuple[SimpleNamespace, dict[str, Any]]:
        name = f"{model.service_model.service_name}.{model.name}"
        params = context["fake_parameters"]
        self.requests.append((name, params))
        if name not in self.answers:
            raise AssertionError(f"the test has no answer to {name}({params})")
        answer = self.answers[name]
        try:
            # botocore decodes some parts of a response in place.
            parsed = copy.deepcopy(dict(answer(params) if callable(answer) else answer))
        except RefusalError as refusal:
            error = {"Code": refusal.code, "Message": str(refusal)}
            return _http(400), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
        validate_response(model, parsed)
        return _http(200), {**parsed, "ResponseMetadata": {"HTTPStatusCode": 200}}


@cache
def _shared() -> FakeAws:
    return FakeAws()


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["fake_parameters"] = dict(params)


def _http(status: int) -> SimpleNamespace:
    return SimpleNamespace(status_code=status, raw=None)


def validate_response(model: OperationModel, parsed: dict[str, Any]) -> None:
    """Raise unless a response is valid for botocore's model of its operation."""
    shape = model.output_shape
    if shape is None:
        assert not parsed, f"{model.name} returns nothing"
        return
    unknown = set(parsed) - set(shape.members)
    assert not unknown, f"{model.name} does not return {unknown}"
    report = ParamValidator().validate(parsed, shape)
    assert not report.has_errors(), f"{model.name}: {report.generate_report()}"
