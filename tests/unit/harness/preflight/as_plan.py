"""Write Terraform JSON as the plan that ``terraform show -json`` prints, for comparing tests."""

import re
from typing import Any

_REFERENCE = re.compile(r"(?<![\w.])((?:data\.)?aws_\w+\.\w+(?:\.\w+)?)")


def as_plan(document: dict[str, Any]) -> dict[str, Any]:
    """Return the plan that creates the resources of a configuration without variables."""
    resources = [
        (f"{kind}.{name}", kind, name, body)
        for kind, by_name in document["resource"].items()
        for name, body in by_name.items()
    ]
    meta = ("depends_on", "lifecycle", "provider", "count", "for_each")
    parts = {a: _parts({k: v for k, v in b.items() if k not in meta}) for a, _, _, b in resources}
    return {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [
                    {"address": a, "mode": "managed", "type": k, "name": n, "values": parts[a][0]}
                    for a, k, n, _ in resources
                ]
            }
        },
        "resource_changes": [
            {"address": a, "change": {"actions": ["create"], "after_unknown": parts[a][1]}}
            for a, *_ in resources
        ],
        "configuration": {
            "provider_config": {
                "aws": {
                    "name": "aws",
                    "version_constraint": document["terraform"]["required_providers"]["aws"][
                        "version"
                    ],
                }
            },
            "root_module": {
                "resources": [
                    {
                        "address": a,
                        "expressions": parts[a][2],
                        "depends_on": b.get("depends_on", []),
                    }
                    for a, _, _, b in resources
                ]
            },
        },
    }


def _parts(value: Any) -> tuple[Any, Any, Any]:
    """Return the planned value, what is unknown in it, and its expressions."""
    if isinstance(value, dict):
        parts = {key: _parts(item) for key, item in value.items()}
        values = {k: p[0] for k, p in parts.items() if p[1] is not True}
        return (
            values,
            {k: p[1] for k, p in parts.items() if p[1]},
            {k: p[2] for k, p in parts.items()},
        )
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = [_parts(item) for item in value]
        return [i[0] for i in items], [i[1] for i in items], [i[2] for i in items]
    text = str(value)
    if "${" in text:
        return None, True, {"references": _REFERENCE.findall(text)}
    return value, False, {"constant_value": value}
