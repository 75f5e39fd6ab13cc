"""The arguments of the S3 backend, by version of Terraform and OpenTofu.

From the schema in ``internal/backend/remote-state/s3/backend.go`` of every minor release:
Terraform 1.0 to 1.15 and OpenTofu 1.6 to 1.12. Documented at
https://developer.hashicorp.com/terraform/language/backend/s3 and
https://opentofu.org/docs/language/settings/backends/s3/.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.preflight.terraform_version import TerraformVersion

Version = tuple[int, int, int]
_ALWAYS: Version = (0, 0, 0)


@dataclass(frozen=True)
class Argument:
    """One argument of the backend in one product.

    Attributes:
        since: First version that accepts it.
        deprecated: First version that deprecates it.
        removed: First version that no longer accepts it.
        instead: Replacement.
    """

    since: Version = _ALWAYS
    deprecated: Version | None = None
    removed: Version | None = None
    instead: str = ""

    def accepted_by(self, version: Version) -> bool:
        """Return whether a version accepts it."""
        return self.since <= version and (self.removed is None or version < self.removed)

    def deprecated_in(self, version: Version) -> bool:
        """Return whether a version accepts it and warns."""
        return (
            self.accepted_by(version) and self.deprecated is not None and version >= self.deprecated
        )


_PLAIN = (
    *("access_key", "acl", "bucket", "encrypt", "key", "kms_key_id", "max_retries", "profile"),
    *("region", "secret_key", "skip_credentials_validation", "skip_metadata_api_check"),
    *("skip_region_validation", "sse_customer_key", "token", "workspace_key_prefix"),
)
_SINCE_1_6 = (
    *("allowed_account_ids", "assume_role", "assume_role_with_web_identity", "custom_ca_bundle"),
    *("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode", "endpoints"),
    *("forbidden_account_ids", "http_proxy", "insecure", "retry_mode", "shared_config_files"),
    *("shared_credentials_files", "sts_region", "use_dualstack_endpoint", "use_fips_endpoint"),
    "use_path_style",
)
_ASSUME_ROLE = (
    *("assume_role_duration_seconds", "assume_role_policy", "assume_role_policy_arns"),
    *("assume_role_tags", "assume_role_transitive_tag_keys", "external_id", "role_arn"),
    "session_name",
)
_RENAMED = {
    "dynamodb_endpoint": "endpoints.dynamodb",
    "endpoint": "endpoints.s3",
    "iam_endpoint": "endpoints.iam",
    "sts_endpoint": "endpoints.sts",
    "force_path_style": "use_path_style",
    "shared_credentials_file": "shared_credentials_files",
}
_BOTH = {
    **dict.fromkeys(_PLAIN, Argument()),
    **dict.fromkeys(_SINCE_1_6, Argument(since=(1, 6, 0))),
    **{name: Argument(deprecated=(1, 6, 0), instead=new) for name, new in _RENAMED.items()},
    "use_lockfile": Argument(since=(1, 10, 0)),
}
_TERRAFORM = {
    **_BOTH,
    **dict.fromkeys(
        _ASSUME_ROLE,
        Argument(deprecated=(1, 6, 0), removed=(1, 10, 0), instead="the block assume_role"),
    ),
    "skip_requesting_account_id": Argument(since=(1, 6, 1)),
    "skip_s3_checksum": Argument(since=(1, 6, 3)),
    "https_proxy": Argument(since=(1, 6, 4)),
    "no_proxy": Argument(since=(1, 6, 4)),
    "use_legacy_workflow": Argument(since=(1, 6, 0), deprecated=(1, 7, 0), removed=(1, 8, 0)),
    "dynamodb_table": Argument(deprecated=(1, 11, 0), instead="use_lockfile"),
}
_OPENTOFU = {
    **_BOTH,
    **dict.fromkeys(_ASSUME_ROLE, Argument(deprecated=(1, 6, 0), instead="the block assume_role")),
    **dict.fromkeys(
        ("https_proxy", "no_proxy", "skip_requesting_account_id", "skip_s3_checksum"),
        Argument(since=(1, 6, 0)),
    ),
    "use_legacy_workflow": Argument(since=(1, 6, 0), deprecated=(1, 7, 0), removed=(1, 8, 0)),
    "dynamodb_table": Argument(),
    "shared_credentials_file": Argument(),
    "lock_tags": Argument(since=(1, 11, 0)),
    "state_tags": Argument(since=(1, 11, 0)),
}
_PRODUCTS: Mapping[str, Mapping[str, Argument]] = {"terraform": _TERRAFORM, "opentofu": _OPENTOFU}


def s3_argument(name: str, terraform: TerraformVersion) -> Argument | None:
    """Return an argument, None if no version of the product has it."""
    return _PRODUCTS[terraform.product].get(name)


def s3_arguments() -> frozenset[str]:
    """Return the arguments of all versions of both products."""
    return frozenset(name for arguments in _PRODUCTS.values() for name in arguments)
