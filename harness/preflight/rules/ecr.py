"""Rules on container registries."""

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule


@resource_rule("ecr/repository-without-force-delete", "aws_ecr_repository")
def repository_without_force_delete(repository: Resource) -> Problems:
    """A repository cannot be destroyed while it contains images."""
    if repository.boolean("force_delete", default=False) is False:
        name = repository.text("name") or "..."
        yield repository.problem("force_delete is not set: destroy fails with images", name=name)
