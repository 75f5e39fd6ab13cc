"""Read Terraform JSON, HCL and plans: resources, blocks and values, without running Terraform."""

from harness.preflight.configuration.block import Block, PreflightInputError, computed_once
from harness.preflight.configuration.configuration import Configuration, Resource
from harness.preflight.configuration.reading import configuration_of, read_configurations
from harness.preflight.configuration.values import (
    Reference,
    Unknown,
    is_known,
    is_traceable,
    references_in,
    same,
)

__all__ = [
    "Block",
    "Configuration",
    "PreflightInputError",
    "Reference",
    "Resource",
    "Unknown",
    "computed_once",
    "configuration_of",
    "is_known",
    "is_traceable",
    "read_configurations",
    "references_in",
    "same",
]
