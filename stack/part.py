"""The base of the stack's constructs."""

from collections.abc import Mapping, Sequence
from typing import Any

from .bindings import Construct, TerraformOutput, TerraformStack
from .config import StackConfig


class ConfiguredStack(TerraformStack):
    """A stack whose parts read its configuration."""

    def __init__(self, scope: Construct, id_: str, *, config: StackConfig) -> None:
        super().__init__(scope, id_)
        self.config = config


class Part(Construct):
    """A part of the stack: it declares its own outputs; attributes expose what siblings need.

    Attributes:
        dimensions: Dimensions of its CloudWatch metrics, for each resource that has them.
    """

    dimensions: Sequence[Mapping[str, str]] = ()

    def __init__(self, stack: ConfiguredStack, id_: str) -> None:
        super().__init__(stack, id_)
        self._config = stack.config

    def _declare(self, **outputs: Any) -> None:
        """Declare outputs of the stack; their names are the fields of ``CatalogOutputs``."""
        for name, value in outputs.items():
            TerraformOutput(TerraformStack.of(self), name, value=value)
