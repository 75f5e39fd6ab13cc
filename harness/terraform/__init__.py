"""Terraform: finds the program and the AWS provider, runs commands, returns typed results."""

from harness.terraform.aws_error_parsing import AwsError
from harness.terraform.binary import Terraform, find_terraform
from harness.terraform.cli_config import write_cli_config
from harness.terraform.drift import AllowedDrift, DriftVerdict, DriftWatch, require_no_drift
from harness.terraform.errors import TerraformError, is_state_locked
from harness.terraform.plan import Plan, ResourceChange
from harness.terraform.provider_installation import (
    ProviderInstallation,
    find_provider_installation,
    pinned_provider_version,
)
from harness.terraform.working_directory import WorkingDirectory

__all__ = [
    "AllowedDrift",
    "AwsError",
    "DriftVerdict",
    "DriftWatch",
    "Plan",
    "ProviderInstallation",
    "ResourceChange",
    "Terraform",
    "TerraformError",
    "WorkingDirectory",
    "find_provider_installation",
    "find_terraform",
    "is_state_locked",
    "pinned_provider_version",
    "require_no_drift",
    "write_cli_config",
]
