"""Terraform: finds the program and the AWS provider, runs commands, returns typed results."""

from harness.terraform.aws_error_parsing import AwsError
from harness.terraform.binary import Terraform, find_terraform
from harness.terraform.errors import TerraformError, is_state_locked
from harness.terraform.provider_installation import (
    ProviderInstallation,
    find_provider_installation,
    pinned_provider_version,
)
from harness.terraform.working_directory import WorkingDirectory

__all__ = [
    "AwsError",
    "ProviderInstallation",
    "Terraform",
    "TerraformError",
    "WorkingDirectory",
    "find_provider_installation",
    "find_terraform",
    "is_state_locked",
    "pinned_provider_version",
]
