"""ECR: the repositories of images."""

from typing import Any

from harness.aws.resources.resource import Item, Kind, by_one_call, resource_type
from harness.aws.tags import as_tags


def _tags(ecr: Any, repository: Item) -> dict[str, str]:
    answer = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])
    return as_tags(answer.get("tags", ()))


TYPES = (
    resource_type(
        *(Kind.REPOSITORY, "describe_repositories", "repositories", "repositoryName"),
        # With the images in it.
        by_one_call("delete_repository", "repositoryName", force=True),
        tags=_tags,
    ),
)
