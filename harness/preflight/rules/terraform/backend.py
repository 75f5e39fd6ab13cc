"""Rules on the backend of the Terraform state.

Arguments of S3: https://developer.hashicorp.com/terraform/language/backend/s3 and
https://opentofu.org/docs/language/settings/backends/s3/.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import botocore

from harness.aws.regions import regions
from harness.preflight.configuration import Block, is_known
from harness.preflight.finding import Problem, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, load
from harness.preflight.terraform_version import TerraformVersion

_DATA = load("terraform/backend_arguments.json")
_NEVER = "999"
_PRODUCTS = ("terraform", "opentofu")
# The backends except S3 -> the arguments of all versions since 1.0.
_OTHERS: Mapping[str, str] = _DATA["others"]
# The form of a region that is not in the list because it is new.
_LATER_REGION = re.compile(
    r"(af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us|us-gov)-(central|(north|south)?(east|west)?)-[1-9]"
)
_BOOLEANS = ("none", "true", "false", "1", "0")
_BUCKET = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?|arn:aws[\w-]*:s3:[a-z].+")
_EXCLUSIVE = (
    ("kms_key_id", "sse_customer_key"),
    ("allowed_account_ids", "forbidden_account_ids"),
    ("assume_role", "role_arn"),
)


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


@configuration_rule("terraform/unknown-backend-argument")
def unknown_backend_argument(inspection: Inspection) -> Problems:
    """The backend has an argument that the installed Terraform, or every version, lacks."""
    backend = inspection.configuration.backend()
    if backend is None or backend[0] not in ("s3", *_OTHERS):
        return
    kind = backend[0]
    for name in backend[1].raw:
        if message := _why_unknown(kind, name, inspection.terraform):
            yield Problem(f"terraform.backend.{kind}.{name}", message, {"name": name})


def _why_unknown(kind: str, name: str, terraform: TerraformVersion | None) -> str:
    known = _OTHERS.get(kind, "").split()
    if all(name not in (known or _DATA[product]) for product in _PRODUCTS):
        return f"{name}: no version of Terraform or OpenTofu has this argument"
    if terraform is None or known:
        return ""
    argument = s3_argument(name, terraform)
    if argument is None:
        other = "OpenTofu" if terraform.product == "terraform" else "Terraform"
        return f"{name}: only {other} has this argument; {terraform} will run"
    if argument.accepted_by(terraform):
        return ""
    if terraform.satisfies(f"< {argument.since}"):
        return f"{name} exists since version {argument.since}; {terraform} will run"
    return f"{name} was removed in version {argument.removed}{_instead(argument)}"


@configuration_rule("terraform/deprecated-backend-argument")
def deprecated_backend_argument(inspection: Inspection) -> Problems:
    """The S3 backend has an argument that the installed Terraform deprecates."""
    kind, block = inspection.configuration.backend() or ("", None)
    if inspection.terraform is None or kind != "s3" or block is None:
        return
    for name in block.raw:
        argument = s3_argument(name, inspection.terraform)
        if argument is not None and argument.deprecated_in(inspection.terraform):
            since = argument.deprecated
            message = f"{name} is deprecated since version {since}{_instead(argument)}"
            yield Problem(f"terraform.backend.s3.{name}", message)


@configuration_rule("terraform/shared-state-key")
def shared_state_key(inspection: Inspection) -> Problems:
    """The state key is the same for every run, so that one run overwrites another's state."""
    backend = inspection.configuration.backend()
    suffix = inspection.environment_suffix
    if backend is None or backend[0] != "s3" or not suffix:
        return
    key = backend[1].text("key")
    if key and suffix not in key and "use_lockfile" not in backend[1]:
        message = f"the key {key!r} does not contain the environment suffix {suffix!r}"
        yield Problem("terraform.backend.s3.key", message)


@configuration_rule("terraform/backend-values")
def backend_values(inspection: Inspection) -> Problems:
    """A backend has a reference for a value, an unknown type, or arguments that exclude others."""
    backend = inspection.configuration.backend()
    if backend is None:
        return
    kind, block = backend
    if kind not in ("s3", *_OTHERS):
        yield Problem(f"terraform.backend.{kind}", f"unknown backend {kind}", {"name": kind}, 1)
    for name, raw in block.raw.items():
        if isinstance(raw, str) and "${" in raw and "$${" not in raw:
            text = f"{name} is {raw!r}: a backend has no variables (JSON: taken literally)"
            yield Problem(f"terraform.backend.{kind}.{name}", text, {"name": name})
    for name in _DATA["booleans"].get(kind, "").split():
        if str(block.value(name)).lower() not in _BOOLEANS and is_known(block.value(name)):
            text = f"{name} is {block.value(name)!r}, neither true nor false"
            yield Problem(f"terraform.backend.{kind}.{name}", text, {"name": name}, 3)
    for text, name, variant in _s3_values(block) if kind == "s3" else ():
        yield Problem(f"terraform.backend.s3.{name}", text, {"name": name}, variant)


@configuration_rule("terraform/region")
def region(inspection: Inspection) -> Problems:
    """The region of the S3 backend or of an AWS provider does not exist."""
    configuration = inspection.configuration
    kind, backend = configuration.backend() or ("", None)
    blocks = [(f"terraform.backend.{kind}", backend)] if backend and kind == "s3" else []
    blocks += [("provider.aws", block) for block in configuration.providers.get("aws", ())]
    for address, block in blocks:
        name = block.text("region")
        skipped = block.text("skip_region_validation", "false")
        if name and "${" not in name and skipped == "false" and name not in regions():
            severity = Severity.WARNING if _LATER_REGION.fullmatch(name) else Severity.BLOCKER
            text = f"botocore {botocore.__version__} has no region {name!r}"
            yield Problem(f"{address}.region", text, {"name": name}, 0, severity)


def _s3_values(block: Block) -> Iterator[tuple[str, str, int]]:
    """Yield what is wrong with the values, the argument, and the index of the error."""
    for name in ("key", "workspace_key_prefix"):
        value = block.text(name) or ""
        if value.startswith("/") or value.endswith("/"):
            yield f"{name} {value!r} begins or ends with /", name, 3
    bucket = block.text("bucket")
    if bucket and not _BUCKET.fullmatch(bucket) and "${" not in bucket:
        yield f"bucket {bucket!r} is not the name of a bucket", "bucket", 3
    for group in _EXCLUSIVE:
        given = [name for name in group if not block.absent(name)]
        if len(given) > 1:
            yield f"{' and '.join(given)} exclude each other", given[0], 4
    if block.text("encrypt") == "false" and not block.absent("kms_key_id"):
        yield "kms_key_id without encrypt", "kms_key_id", 4


def _instead(argument: Argument) -> str:
    return f"; use {argument.instead}" if argument.instead else ""
