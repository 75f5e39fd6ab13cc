"""Rules on container registries."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule

_NAME = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")


@resource_rule(
    "ecr/repository-name",
    "aws_ecr_repository",
    errors="InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy "
    "constraint: 'must satisfy regular expression ...'",
    remedy="Use 2 to 256 lowercase letters and digits, in parts joined by one of . _ - /.",
    documentation="AmazonECR/latest/APIReference/API_CreateRepository.html",
)
def repository_name(repository: Resource) -> Problems:
    """A repository name violates the naming rules of ECR."""
    name = repository.text("name")
    if name is not None and not (_NAME.fullmatch(name) and 2 <= len(name) <= 256):  # noqa: PLR2004
        yield repository.problem(f"{name!r} is not a repository name")


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
