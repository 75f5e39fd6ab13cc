"""Settings of Terraform and the AWS SDKs for every emulator."""

import os
from collections.abc import Mapping
from typing import Any

NO_QUOTAS = "an emulator has no quotas"

# Provider arguments that prevent requests to AWS.
EMULATOR_PROVIDER: Mapping[str, Any] = {
    # Enough for a busy machine; the default of 25 takes minutes when the emulator has ended.
    "max_retries": 5,
    "s3_use_path_style": True,
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
}
# Disables the AWS files of the user: with a role in the default profile, requests would go to AWS.
ISOLATION: Mapping[str, str] = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
