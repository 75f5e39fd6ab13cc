"""The settings, providers and outputs of a root module."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.preflight.configuration.block import Block
from harness.preflight.configuration.module_scope import ModuleScope

PROVIDER = "aws"
"""Name of the AWS provider."""


class RootSettings:
    """The settings of a root module.

    Args:
        providers: Provider name -> its blocks.

    Attributes:
        provider_version: Version, or constraints, of the AWS provider; empty: the newest.
    """

    def __init__(
        self,
        scope: ModuleScope,
        providers: Mapping[str, Sequence[Mapping[str, Any]]],
        settings: Mapping[str, Any],
    ) -> None:
        self.providers = {
            name: [Block(raw, address=f"provider.{name}", scope=scope) for raw in blocks]
            for name, blocks in providers.items()
        }
        self.settings = Block(settings, address="terraform", scope=scope)
        self.outputs = Block(scope.outputs, address="output", scope=scope)
        self.provider_version = _required_version(settings)

    def region(self, provider: str = "aws") -> str | None:
        """Return the region of an AWS provider (``aws``, ``aws.alias``), None if unknown."""
        name, _, alias = provider.partition(".")
        found = [b for b in self.providers.get(name, []) if (b.text("alias") or "") == alias]
        return found[0].text("region") if len(found) == 1 else None

    def backend(self) -> tuple[str, Block] | None:
        """Return the backend's type and arguments, None if there is no backend."""
        for block in self.settings.blocks("backend"):
            for kind in block.raw:
                if (inner := block.block(kind)) is not None:
                    return kind, inner
        return None


def _required_version(settings: Mapping[str, Any]) -> str:
    required = settings.get("required_providers")
    for block in required if isinstance(required, list) else [required]:
        given = block.get("aws") if isinstance(block, Mapping) else None
        version = given.get("version") if isinstance(given, Mapping) else given
        if isinstance(version, str):
            return version
    return ""
