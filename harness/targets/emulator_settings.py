"""Settings of Terraform and the SDKs that every emulator needs."""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

# Provider arguments that keep Terraform from sending requests to a real AWS.
EMULATOR_PROVIDER: Mapping[str, Any] = MappingProxyType(
    {
        "access_key": "test",
        "secret_key": "test",
        # Enough for a busy machine; 25, its own, take minutes when the emulator has ended.
        "max_retries": 5,
        "s3_use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": "true",
    }
)


def isolating_environment() -> dict[str, str]:
    """Return variables that keep the user's AWS files out.

    A role in the default profile, say, would make the provider ask a real AWS for it.
    """
    return {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def emulator_environment(endpoint: str, region: str) -> dict[str, str]:
    """Return variables with which AWS tools and SDKs talk to an emulator and nothing else.

    Args:
        endpoint: URL of the emulator.
        region: AWS region.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        **isolating_environment(),
    }
