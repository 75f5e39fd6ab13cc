"""Records the requests of a check and their answers, to be shown if it fails."""

import json
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

from harness.core.redaction import MASK, redact
from harness.run.evidence import Exchange

_MOST = 6
_LONGEST = 4000  # characters of a request or an answer
_SECRET = frozenset({"GetSecretValue"})  # operations whose answer is a secret


class ExchangeLog:
    """The last requests of the check that runs in each thread; only those shown become text."""

    def __init__(self) -> None:
        self._thread = threading.local()

    def begin(self) -> None:
        """Forget the requests of the check before."""
        self._thread.last = deque(maxlen=_MOST)

    def add(self, call: str, request: object, answer: object) -> None:
        """Add a request and its answer; without a check in this thread nothing is recorded."""
        last: deque[tuple[str, object, object]] | None = getattr(self._thread, "last", None)
        if last is None:
            return
        if last and last[-1][:2] == (call, request):
            last.pop()  # a poll: its last answer counts
        last.append((call, request, answer))

    @property
    def last(self) -> tuple[Exchange, ...]:
        """The last requests of the check that runs in this thread."""
        recorded = getattr(self._thread, "last", ())
        return tuple(Exchange(call, _text(sent), _text(answer)) for call, sent, answer in recorded)

    def observe(self, session: Any) -> None:
        """Record the calls of every client that a boto3 session creates from now on.

        https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
        """
        session.events.register("before-parameter-build", self._called)
        session.events.register("after-call", self._answered)
        session.events.register("after-call-error", self._failed)

    def _called(self, params: Any, model: Any, context: dict[str, Any], **_: Any) -> None:
        name = f"{model.service_model.service_name} {model.name}"
        context["catalog_harness_call"] = (name, params)

    def _answered(self, parsed: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        call, params = context["catalog_harness_call"]
        shown = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        self.add(call, params, MASK if call.rpartition(" ")[2] in _SECRET else shown)

    def _failed(self, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        call, params = context["catalog_harness_call"]
        self.add(call, params, exception)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, default=str)
    return redact(text)[:_LONGEST]
