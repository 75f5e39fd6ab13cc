"""Preflight: find what would make a deployment fail, before anything is deployed.

``preflight(configuration, target=...)`` checks a configuration (``read_configurations`` reads
Terraform JSON, HCL, folders of them and plans) and returns a report of findings.
"""

from harness.preflight.configuration import (
    Configuration,
    NotRead,
    PreflightInputError,
    VariableSources,
    configuration_of,
    read_configurations,
)
from harness.preflight.engine import preflight
from harness.preflight.explanation import explain
from harness.preflight.finding import Family, Finding, Severity
from harness.preflight.registry import Rule
from harness.preflight.report import Report, Suppressed, Verdict
from harness.preflight.rules import all_rules
from harness.preflight.suppression import Suppression, load_suppressions
from harness.preflight.terraform_version import TerraformVersion

__all__ = [
    "Configuration",
    "Family",
    "Finding",
    "NotRead",
    "PreflightInputError",
    "Report",
    "Rule",
    "Severity",
    "Suppressed",
    "Suppression",
    "TerraformVersion",
    "VariableSources",
    "Verdict",
    "all_rules",
    "configuration_of",
    "explain",
    "load_suppressions",
    "preflight",
    "read_configurations",
]
