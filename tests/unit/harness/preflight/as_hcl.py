"""Write Terraform JSON as HCL, for tests that compare both forms."""

import json
import re
from typing import Any

_LABELS = {"resource": 2, "data": 2, "provider": 1, "variable": 1, "output": 1, "module": 1}
# Nested blocks of the catalog stack, by JSON name; everything else is an attribute.
_ATTRIBUTES = {"tags", "default_tags.tags", "variables", "required_providers", "ignore_changes"}


def as_hcl(document: dict[str, Any]) -> str:
    """Return the configuration in HCL."""
    parts = []
    for kind, body in document.items():
        if kind != "//":
            parts += _labelled(kind, body, _LABELS.get(kind, 0), "")
    return "\n".join(parts) + "\n"


def _labelled(kind: str, body: Any, labels: int, header: str) -> list[str]:
    if labels:
        return [
            text
            for name, inner in body.items()
            if name != "//"
            for text in _labelled(kind, inner, labels - 1, f'{header} "{name}"')
        ]
    bodies = body if isinstance(body, list) else [body]
    lines = _attributes if kind in ("locals", "output", "variable") else _body
    return [f"{kind}{header} {{\n{lines(one)}}}" for one in bodies]


def _body(body: dict[str, Any]) -> str:
    return "".join(_argument(name, value) for name, value in body.items() if name != "//")


def _attributes(body: dict[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in body.items())


def _argument(name: str, value: Any) -> str:
    if name == "backend":
        ((kind, inner),) = value.items()
        return f'backend "{kind}" {{\n{_attributes(inner)}}}\n'
    if name == "required_providers":
        return f"{name} {{\n{_attributes(value)}}}\n"
    if name in ("depends_on", "ignore_changes"):
        return f"{name} = [{', '.join(value)}]\n"
    if name == "provisioner" or value is None:
        return ""
    blocks = value if isinstance(value, list) else [value]
    if name not in _ATTRIBUTES and all(isinstance(block, dict) for block in blocks) and blocks:
        return "".join(f"{name} {{\n{_body(block)}}}\n" for block in blocks)
    return f"{name} = {_value(value)}\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, str):
        return _string(value)
    return json.dumps(value)


def _string(text: str) -> str:
    """Return a quoted string; only the text outside interpolations is escaped."""
    whole = re.fullmatch(r"\$\{([^{}]*)\}", text)
    if whole:
        return whole[1]
    pieces = re.split(r"(\$\{[^{}]*\})", text)
    return '"' + "".join(p if p.startswith("${") else json.dumps(p)[1:-1] for p in pieces) + '"'
