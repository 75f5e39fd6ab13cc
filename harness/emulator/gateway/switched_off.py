"""Services of MiniStack that are switched off: they run code, or listen on all interfaces."""

import json
import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
# Module of MiniStack -> reason.
RUN_CODE: Mapping[str, str] = _TABLE["run_code"]
LISTEN: Mapping[str, str] = _TABLE["listen"]
_REMEDY = "; the option --allow-code, when the cloud is started, switches it on"


class SwitchedOff:
    """Takes the place of a module of MiniStack: every call of its API returns an error.

    Its other functions, which MiniStack calls for requests to any service, are those of the module.
    """

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        self._name = name
        self._message = f"{name} is switched off in the embedded cloud: {reason}{remedy}"

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the module, which is imported when it is first needed."""
        return getattr(import_module(f"ministack.services.{self._name}"), name)

    async def handle_request(self, *_: Any) -> tuple[int, dict[str, str], bytes]:
        """Return AccessDeniedException."""
        body = {"__type": "AccessDeniedException", "message": self._message}
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-errortype": "AccessDeniedException",
        }
        return 400, headers, json.dumps(body).encode()

    def get_state(self) -> None:
        """Return None: there is nothing to save."""

    def reset(self) -> None:
        """Do nothing."""


def switch_off(modules: dict[str, Any], *, allow_code: bool) -> None:
    """Replace services in MiniStack's table of loaded modules, by which it dispatches requests."""
    for name, reason in LISTEN.items():
        modules[name] = SwitchedOff(name, reason, "")
    if allow_code:
        return
    for name, reason in RUN_CODE.items():
        modules[name] = SwitchedOff(name, reason, _REMEDY)
    from ministack.core import node_pool  # noqa: PLC0415

    # CloudFront functions, too: MiniStack runs all JavaScript in Node.js.
    node_pool.NodeWorkerPool.call = _no_node


def _no_node(*_: Any, **__: Any) -> NoReturn:
    from ministack.core import node_pool  # noqa: PLC0415

    raise node_pool.NodeWorkerError(f"JavaScript is switched off{_REMEDY}", "missing_node")
