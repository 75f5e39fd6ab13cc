"""The Product Catalog API stack: the only package of the harness that imports ``stack``."""

from harness.catalog.definition import CATALOG
from stack.config import StackConfig
from stack.outputs import CatalogOutputs

__all__ = ["CATALOG", "CatalogOutputs", "StackConfig"]
