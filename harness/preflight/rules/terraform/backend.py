"""Rules on the backend of the Terraform state."""

from harness.preflight.finding import Family, Problem, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule
from harness.preflight.rules.terraform.backend_arguments import Argument, s3_argument, s3_arguments
from harness.preflight.terraform_version import TerraformVersion

_S3_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/s3"


def _s3_arguments(inspection: Inspection) -> list[str]:
    backend = inspection.configuration.backend()
    return list(backend[1].raw) if backend is not None and backend[0] == "s3" else []


@configuration_rule(
    "terraform/unknown-backend-argument",
    errors=(
        'Error: Extraneous JSON object property\n\nNo argument or block type is named "{name}".',
        'Error: Unsupported argument\n\nAn argument named "{name}" is not expected here.',
    ),
    remedy="Remove the argument, or run a version of Terraform that supports it.",
    documentation=_S3_BACKEND,
)
def unknown_backend_argument(inspection: Inspection) -> Problems:
    """The S3 backend has an argument that the installed Terraform does not support."""
    for name in _s3_arguments(inspection):
        message = _why_unknown(name, inspection.terraform)
        if message:
            yield Problem(f"terraform.backend.s3.{name}", message, {"name": name})


def _why_unknown(name: str, terraform: TerraformVersion | None) -> str:
    if name not in s3_arguments():
        return f"{name}: no version of Terraform or OpenTofu has this argument"
    if terraform is None:
        return ""
    argument = s3_argument(name, terraform)
    if argument is None:
        other = "OpenTofu" if terraform.product == "terraform" else "Terraform"
        return f"{name}: only {other} has this argument; {terraform} will run"
    if argument.accepted_by(terraform.version):
        return ""
    if terraform.version < argument.since:
        return f"{name} exists since version {_text(argument.since)}; {terraform} will run"
    return f"{name} was removed in version {_text(argument.removed)}{_instead(argument)}"


@configuration_rule(
    "terraform/deprecated-backend-argument",
    severity=Severity.WARNING,
    errors="Warning: Deprecated Parameter",
    remedy="Use the replacement of the argument; a later version removes it.",
    documentation=_S3_BACKEND,
)
def deprecated_backend_argument(inspection: Inspection) -> Problems:
    """The S3 backend has an argument that the installed Terraform deprecates."""
    if inspection.terraform is None:
        return
    for name in _s3_arguments(inspection):
        argument = s3_argument(name, inspection.terraform)
        if argument is not None and argument.deprecated_in(inspection.terraform.version):
            since = _text(argument.deprecated)
            message = f"{name} is deprecated since version {since}{_instead(argument)}"
            yield Problem(f"terraform.backend.s3.{name}", message)


@configuration_rule(
    "terraform/shared-state-key",
    family=Family.TEARDOWN,
    severity=Severity.WARNING,
    errors="Error: Error acquiring the state lock",
    remedy="Put the environment suffix into the key: {environment_suffix}/{stack id}.tfstate.",
    documentation=_S3_BACKEND,
)
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


def _instead(argument: Argument) -> str:
    return f"; use {argument.instead}" if argument.instead else ""


def _text(version: tuple[int, int, int] | None) -> str:
    return ".".join(map(str, version or ()))
