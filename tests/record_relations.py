"""Write which arguments exclude or require each other, as the provider validates them.

``python -m tests.record_relations SCHEMA FOLDER [TYPE ...]``

SCHEMA is the output of ``terraform providers schema -json``. FOLDER is an initialized folder with
that provider, in which ``terraform validate`` is run on resources with one optional argument each,
with all of them, and with each pair of which the provider refuses one. Without TYPE all types of
the schema are recorded; that takes about a quarter of an hour.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.record_api_limits import PROVIDER, SCHEMA_DATA

DATA = Path("harness/preflight/rules/terraform/relations.json")
Item = tuple[str, list[tuple[str, ...]]]
_VALUES = {"string": "x", "number": 1, "bool": True, "dynamic": "x"}
_AT_ONCE = 700  # Terraform's time is more than proportional to the number of resources.
_DEEPEST = 4


def main(schema: Path, folder: Path, kinds: list[str]) -> None:
    """Write the data of some types; the others stay as they are."""
    provider = json.loads(schema.read_text())["provider_schemas"][PROVIDER]["resource_schemas"]
    data = json.loads(DATA.read_text()) if DATA.exists() else {}
    kinds = kinds or list(json.loads(SCHEMA_DATA.read_text())["types"])
    blocks = {kind: provider[kind]["block"] for kind in kinds}
    items: list[Item] = [(kind, []) for kind in kinds]
    for kind, block in blocks.items():
        items += [(kind, [path]) for path in _paths(block)]
        items.append((kind, list(_paths(block))))
    found = list(_validate(items, blocks, folder))
    refused = {(kind, m[1]) for kind, text in found if (m := _conflict(text))}
    pairs: list[Item] = []
    for kind, name in sorted(refused):
        others = (path for path in _paths(blocks[kind]) if not name.startswith(".".join(path)))
        pairs += [(kind, [tuple(name.split(".")), path]) for path in others]
    found += _validate(pairs, blocks, folder)
    for kind in kinds:
        if relations := _relations([text for other, text in found if other == kind]):
            data[kind] = relations
    lines = (f" {json.dumps(kind)}: {json.dumps(data[kind])}" for kind in sorted(data))
    DATA.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _conflict(text: str) -> re.Match[str] | None:
    return re.match(r'"([^"]+)": conflicts with (\S+)', text)


def _relations(texts: list[str]) -> dict[str, list[list[str]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for text in texts:
        if match := _conflict(text):
            found.setdefault("conflicts", set()).add(tuple(sorted(match.groups())))
        elif match := re.match(r'"([^"]+)": all of `([^`]+)` must be specified', text):
            others = [name for name in match[2].split(",") if name != match[1]]
            found.setdefault("all", set()).add((match[1], *others))
        elif match := re.match(r"Exactly one of these attributes must be \w+: \[([^\]]+)\]", text):
            found.setdefault("one", set()).add(tuple(sorted(match[1].split(","))))
        elif match := re.match(
            r'"[^"]+": one of `([^`]+)` must be specified( \(no other\))?', text
        ):
            name = "one" if match[2] else "any"
            found.setdefault(name, set()).add(tuple(sorted(match[1].split(","))))
    return {name: sorted(map(list, groups)) for name, groups in sorted(found.items())}


def _validate(items: list[Item], blocks: dict[str, Any], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield resource type and text of each error; blocks have no index in the paths."""
    for first in range(0, len(items), _AT_ONCE):
        resources: dict[str, dict[str, Any]] = {}
        for index, (kind, paths) in enumerate(items[first : first + _AT_ONCE]):
            body = _required(blocks[kind])
            for path in paths:
                _set(body, blocks[kind], path)
            resources.setdefault(kind, {})[f"r{index}"] = body
        (folder / "probe.tf.json").write_text(json.dumps({"resource": resources}))
        command = ["terraform", "validate", "-json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        for diagnostic in json.loads(done.stdout)["diagnostics"]:
            kind = (diagnostic.get("address") or "").partition(".")[0]
            detail = (diagnostic.get("detail") or "").replace(".0.", ".")
            exactly = diagnostic["summary"] == "Invalid combination of arguments"
            yield kind, detail + (" (no other)" if exactly else "")


def _paths(block: dict[str, Any], outer: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("optional") and not attribute.get("deprecated"):
            yield (*outer, name)
    for name, inner in block.get("block_types", {}).items():
        if name != "timeouts":
            yield (*outer, name)
        if name != "timeouts" and len(outer) < _DEEPEST:
            yield from _paths(inner["block"], (*outer, name))


def _required(block: dict[str, Any]) -> dict[str, Any]:
    attributes = block.get("attributes", {}).items()
    body = {name: _value(item) for name, item in attributes if item.get("required")}
    nested = block.get("block_types", {}).items()
    return body | {n: [_required(item["block"])] for n, item in nested if item.get("min_items")}


def _set(body: dict[str, Any], block: dict[str, Any], path: tuple[str, ...]) -> None:
    name, *rest = path
    if name in block.get("attributes", {}):
        body[name] = _value(block["attributes"][name])
        return
    inner = block["block_types"][name]["block"]
    nested = body.setdefault(name, [_required(inner)])[0]
    if rest:
        _set(nested, inner, tuple(rest))


def _value(attribute: dict[str, Any]) -> Any:
    if "nested_type" in attribute:
        nested = attribute["nested_type"]
        items = nested["attributes"].items()
        body = {name: _value(item) for name, item in items if item.get("required")}
        return body if nested["nesting_mode"] == "single" else [body]
    return _of_type(attribute["type"])


def _of_type(type_: Any) -> Any:
    if isinstance(type_, str):
        return _VALUES[type_]
    if type_[0] == "object":
        return {name: _of_type(item) for name, item in type_[1].items()}
    return {"a": _of_type(type_[1])} if type_[0] == "map" else [_of_type(type_[1])]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
