"""The synthesized Terraform JSON of a stack, with queries for tests."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack.config import StackConfig
from stack.names import STACK_ID


@dataclass(frozen=True)
class Resource:
    """One resource or data source of the synthesized JSON."""

    address: str
    attributes: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.attributes[name]

    def ref(self, attribute: str) -> str:
        """Return the expression of an attribute of this resource."""
        return f"${{{self.address}.{attribute}}}"


@dataclass(frozen=True)
class Template:
    """The synthesized JSON of one stack."""

    text: str
    content: dict[str, Any]

    def resources(self, kind: str, **having: Any) -> list[Resource]:
        """Return the resources of type ``kind`` (``data.`` before it for data sources)."""
        section, type_ = ("data", kind[5:]) if kind.startswith("data.") else ("resource", kind)
        found = self.content.get(section, {}).get(type_, {}).items()
        resources = [Resource(f"{kind}.{name}", attributes) for name, attributes in found]
        return [
            one
            for one in resources
            if all(one.attributes.get(name) == value for name, value in having.items())
        ]

    def resource(self, kind: str, **having: Any) -> Resource:
        """Return the only resource of type ``kind`` with these attributes."""
        found = self.resources(kind, **having)
        assert len(found) == 1, f"{len(found)} {kind} with {having}"
        return found[0]

    @property
    def kinds(self) -> set[str]:
        """The types of all resources."""
        return set(self.content.get("resource", {}))

    @property
    def outputs(self) -> dict[str, Any]:
        """Output name -> value."""
        return {name: output["value"] for name, output in self.content["output"].items()}


def synthesize(config: StackConfig, directory: Path) -> Template:
    """Synthesize the stack and read the Terraform JSON."""
    # Starts Node.js, which most tests do not need.
    from stack.bindings import App  # noqa: PLC0415
    from stack.catalog import CatalogStack  # noqa: PLC0415

    app = App(outdir=str(directory))
    CatalogStack(app, config=config)
    app.synth()
    text = (directory / "stacks" / STACK_ID / "cdk.tf.json").read_text(encoding="utf-8")
    return Template(text, _without_comments(json.loads(text)))


def _without_comments(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_comments(item) for key, item in value.items() if key != "//"}
    if isinstance(value, list):
        return [_without_comments(item) for item in value]
    return value
