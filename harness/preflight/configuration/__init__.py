"""Read Terraform JSON, HCL and plans: resources, blocks and values, without running Terraform."""

from harness.preflight.configuration.block import (
    Block,
    PreflightInputError,
    canonical_type,
    type_name,
)
from harness.preflight.configuration.configuration import Configuration, Resource
from harness.preflight.configuration.evaluate import traversals_in
from harness.preflight.configuration.module_scope import ModuleScope
from harness.preflight.configuration.nodes import Traversal
from harness.preflight.configuration.not_read import NotRead
from harness.preflight.configuration.reading import configuration_of, read_configurations
from harness.preflight.configuration.source_location import Location, location_of
from harness.preflight.configuration.values import (
    Encoded,
    Reference,
    Unknown,
    is_known,
    is_traceable,
    references_in,
    same,
)
from harness.preflight.configuration.variables import VariableSources

__all__ = [
    "Block",
    "Configuration",
    "Encoded",
    "Location",
    "ModuleScope",
    "NotRead",
    "PreflightInputError",
    "Reference",
    "Resource",
    "Traversal",
    "Unknown",
    "VariableSources",
    "canonical_type",
    "configuration_of",
    "is_known",
    "is_traceable",
    "location_of",
    "read_configurations",
    "references_in",
    "same",
    "traversals_in",
    "type_name",
]
