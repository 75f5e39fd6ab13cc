"""Rules on container registries."""

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule


@resource_rule(
    "ecr/repository-without-force-delete",
    "aws_ecr_repository",
    family=Family.TEARDOWN,
    errors="RepositoryNotEmptyException: The repository with name '{name}' in registry with id "
    "'...' cannot be deleted because it still contains images",
    remedy="Set force_delete = true in a disposable environment.",
    documentation="AmazonECR/latest/APIReference/API_DeleteRepository.html",
)
def repository_without_force_delete(repository: Resource) -> Problems:
    """A repository cannot be destroyed while it contains images."""
    if repository.boolean("force_delete", default=False) is False:
        name = repository.text("name") or "..."
        yield repository.problem("force_delete is not set: destroy fails with images", name=name)
