"""Rules on the language: versions, references, lifecycle, tags."""

from harness.preflight.configuration import Resource
from harness.preflight.finding import Problem
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule

_MAX_TAGS = 50
_MAX_TAG_KEY = 128
_MAX_TAG_VALUE = 256


@configuration_rule("terraform/required-version")
def required_version(inspection: Inspection) -> Problems:
    """The installed Terraform does not meet the configuration's ``required_version``."""
    constraints = inspection.configuration.settings.text("required_version")
    if constraints is None or inspection.terraform is None:
        return
    if inspection.terraform.satisfies(constraints) is False:
        message = f"{inspection.terraform} does not meet {constraints!r}"
        yield Problem("terraform.required_version", message)


@resource_rule("terraform/undeclared-resource")
def undeclared_resource(resource: Resource) -> Problems:
    """An argument references a resource that is not declared."""
    if not resource.module.complete:
        return
    addresses = {reference.address for reference in resource.references if reference.path}
    for address in sorted(addresses):
        aws = address.removeprefix("data.").startswith("aws_")
        if aws and address not in resource.configuration.declared:
            yield resource.problem(f"references {address}, which is not declared")


@resource_rule("terraform/invalid-tag")
def invalid_tag(resource: Resource) -> Problems:
    """A tag key begins with ``aws:``, or AWS does not accept the length or number of tags."""
    tags = resource.map("tags") if isinstance(resource.raw.get("tags"), dict) else {}
    if len(tags) > _MAX_TAGS:
        yield resource.problem(f"has {len(tags)} tags")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield resource.problem(f"tag {key!r}: the prefix aws: is reserved")
        elif len(key) > _MAX_TAG_KEY or (isinstance(value, str) and len(value) > _MAX_TAG_VALUE):
            yield resource.problem(f"tag {key[:40]!r}: the key or its value is too long")
