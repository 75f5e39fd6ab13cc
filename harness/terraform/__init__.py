"""Terraform: finds the program and the AWS provider, runs commands, returns typed results."""

from harness.terraform.apply import ApplyResult
from harness.terraform.aws_errors import AwsError
from harness.terraform.binary import Terraform, find_terraform
from harness.terraform.errors import TerraformError, is_state_locked
from harness.terraform.mirror import ProviderSource, find_provider, pinned_provider_version
from harness.terraform.plan import Plan, ResourceChange
from harness.terraform.workspace import Workspace

__all__ = [
    "ApplyResult",
    "AwsError",
    "Plan",
    "ProviderSource",
    "ResourceChange",
    "Terraform",
    "TerraformError",
    "Workspace",
    "find_provider",
    "find_terraform",
    "is_state_locked",
    "pinned_provider_version",
]
