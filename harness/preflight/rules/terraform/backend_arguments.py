"""The arguments of the S3 backend, by version of Terraform and OpenTofu.

Documented at https://developer.hashicorp.com/terraform/language/backend/s3 and
https://opentofu.org/docs/language/settings/backends/s3/.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from harness.preflight.terraform_version import TerraformVersion

_DATA = json.loads(Path(__file__).with_name("backend_arguments.json").read_text(encoding="utf-8"))
_NEVER = "999"


@dataclass(frozen=True)
class Argument:
    """One argument of the backend in one product.

    Attributes:
        since: First version that accepts it.
        deprecated: First version that deprecates it.
        removed: First version that no longer accepts it.
    """

    since: str = "0.0"
    deprecated: str = ""
    removed: str = ""
    instead: str = ""

    def accepted_by(self, terraform: TerraformVersion) -> bool:
        """Return whether a version accepts it."""
        return bool(terraform.satisfies(f">= {self.since}, < {self.removed or _NEVER}"))

    def deprecated_in(self, terraform: TerraformVersion) -> bool:
        """Return whether a version accepts it and warns."""
        late = terraform.satisfies(f">= {self.deprecated or _NEVER}")
        return self.accepted_by(terraform) and bool(late)


def s3_argument(name: str, terraform: TerraformVersion) -> Argument | None:
    """Return an argument, None if no version of the product has it."""
    fields = _DATA[terraform.product].get(name)
    return None if fields is None else Argument(**fields)


def s3_arguments() -> frozenset[str]:
    """Return the arguments of all versions of both products."""
    return frozenset(_DATA["terraform"]) | frozenset(_DATA["opentofu"])
