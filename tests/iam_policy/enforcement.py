"""The IAM actions that a request needs: on record, and enforced, as AWS authorizes them.

An extension of the gateway (``GATEWAY_EXTENSION``). What AWS requires beside the action of the
operation itself is in ``enforcement.toml``:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import json
import os
import re
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from starlette.types import Receive, Scope

from harness.emulator.gateway.application import Gateway
from harness.emulator.gateway.authentication import Authenticator
from harness.emulator.gateway.aws import Accounts
from harness.emulator.gateway.caller import Caller, Signature
from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.http import Request, Response
from tests.iam_policy.simulation import PolicySimulation

LOG, ENFORCED = "GATEWAY_EXTENSION_IAM_LOG", "GATEWAY_EXTENSION_IAM_ENFORCED"
ROOT = Path(__file__).parents[2]
_FORM = "application/x-www-form-urlencoded"
_TAGS = re.compile(r'(^|&)(TagSpecification|Tags)\.|"[tT]ags":\s*[\[{]\s*["{]')
_TABLE: Mapping[str, Any] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Need:
    """An action that a request needs on a resource, with the context keys of the request."""

    action: str
    resource: str
    context: Mapping[str, str]


def variables(*, log: Path | None = None, enforced: bool = False) -> dict[str, str]:
    """Return the environment of a gateway with this extension.

    Args:
        log: File that gets a line of JSON for each action; None: nothing is recorded.
        enforced: Whether the policies of the caller are evaluated; the root user may do everything.
    """
    recorded = {LOG: str(log)} if log else {}
    return {
        "GATEWAY_EXTENSION": __name__,
        "PYTHONPATH": str(ROOT),
        **recorded,
        **({ENFORCED: "1"} if enforced else {}),
    }


def extend(gateway: Gateway) -> None:
    """Let a gateway simulate policies as AWS does, and record or enforce them if asked to."""
    gateway.patches = (PolicySimulation(), *gateway.patches)
    log, enforced = os.environ.get(LOG), ENFORCED in os.environ
    if log or enforced:
        gateway.authenticator = Authorizer(
            gateway.authenticator,
            gateway.accounts,
            log=Path(log) if log else None,
            enforced=enforced,
        )


class DeniedError(RefusedError):
    """A request without permission, with the response to it."""

    def __init__(self, response: Response) -> None:
        super().__init__(Refused.DENIED, "access denied")
        self._response = response

    def response(self, request: Request) -> Response:
        """Return MiniStack's response, which names principal, action and resource."""
        return self._response


class Authorizer(Authenticator):
    """Puts the actions of authenticated requests on record, and refuses those without permission.

    The arguments are as in ``variables``.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        accounts: Accounts,
        *,
        log: Path | None,
        enforced: bool,
    ) -> None:
        self._authenticator = authenticator
        self._accounts = accounts
        self._log = log
        self._enforced = enforced

    async def authenticate(self, scope: Scope, receive: Receive) -> tuple[Request, Signature]:
        """Read a request and verify its signature, then the permissions of the caller."""
        request, signature = await self._authenticator.authenticate(scope, receive)
        caller = await self._accounts.caller_of(signature)
        needs = list(needs_of(request, signature, caller))
        if self._log is not None:
            with self._log.open("a", encoding="utf-8") as log:
                for need in needs:
                    line = {**vars(need), "region": signature.region, "key": signature.access_key}
                    log.write(json.dumps(line) + "\n")
        for need in needs if self._enforced else ():
            if refusal := _refusal(request, signature, caller, need):
                raise DeniedError(refusal)
        return request, signature


def needs_of(request: Request, signature: Signature, caller: Caller) -> Iterator[Need]:
    """Yield the actions that a request needs."""
    import ministack.core.iam_actions as actions  # noqa: PLC0415

    service, parameters, headers = signature.service, _parameters(request), dict(request.headers)
    call = (request.method, request.path, headers, request.body, parameters)
    action = actions.extract_iam_action(service, *call) or (
        f"{service}:{request.header('x-amz-target').rpartition('.')[2]}"
    )
    action = _TABLE["renamed"].get(action, action)
    text = request.body.decode("utf-8", errors="replace")
    resource = _resource(action, text, caller) or actions.extract_resource_arn(
        service, *call, caller.region, caller.account
    )
    context = actions.request_tag_context(service, action, request.body, parameters)
    for name, pattern in _TABLE["context"].get(action, {}).items():
        context[name] = found[1] if (found := re.search(pattern, text)) else ""
    yield Need(action, resource, {key: value for key, value in context.items() if value})
    if service == "s3":
        for more, arn in actions.s3_additional_checks(*call[:2], headers, *call[3:]):
            yield Need(more, arn, {})
    for rule in _TABLE["dependent"].get(action, ()):
        if found := re.search(rule["of"], text):
            yield Need(rule["action"], found[1], rule.get("context", {}))
    namespace = action.partition(":")[0]
    tagging = _TABLE["tagging"].get(namespace)
    if tagging and (_TAGS.search(text) or "WithTags" in request.query):
        more = f"{namespace}:{tagging}"
        yield Need(more, _resource(more, text, caller) or resource, {})


def _resource(action: str, text: str, caller: Caller) -> str:
    """Return the resource of an action by the table; empty if it is not in there."""
    pattern, arn = _TABLE["resource"].get(action, ("(?!)", ""))
    found = re.search(pattern, text)
    if found is None:
        return ""
    cluster = re.search(r'"cluster": ?"(?:[^"]+/)?([^"]+)"', text)
    known = {"cluster": cluster[1] if cluster else "default", **vars(caller)}
    return unquote(str(arn).format(*found.groups(), **known))


def _parameters(request: Request) -> dict[str, list[str]]:
    form = request.body if request.header("content-type").startswith(_FORM) else b""
    query = parse_qs(request.query, keep_blank_values=True)
    return {**parse_qs(form.decode("utf-8", errors="replace"), keep_blank_values=True), **query}


def _refusal(request: Request, signature: Signature, caller: Caller, need: Need) -> Response | None:
    from ministack.core.iam_actions import access_denied_response  # noqa: PLC0415
    from ministack.core.iam_evaluator import enforce  # noqa: PLC0415
    from ministack.core.responses import set_request_account_id  # noqa: PLC0415

    set_request_account_id(caller.account)
    arguments = (signature.access_key, need.action, signature.service, caller.region)
    denied = enforce(*arguments, resource_arn=need.resource, service_context=need.context)
    if denied is None:
        return None
    status, headers, body = access_denied_response(
        *(signature.service, need.action, getattr(denied, "principal_arn", ""), str(uuid.uuid4())),
        headers=dict(request.headers),
        resource_arn=need.resource,
    )
    pairs = tuple((name.lower(), value) for name, value in headers.items())
    return Response(status, headers=pairs, body=body)
