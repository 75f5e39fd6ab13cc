"""ECR: the repositories of images."""

from collections.abc import Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, by_one_call, tagged
from harness.aws.tags import as_tags


def _repositories(clients: Clients) -> Iterator[Resource]:
    ecr = clients.ecr

    def described(repository: dict[str, Any]) -> Resource:
        arn = repository["repositoryArn"]
        return tagged(
            Resource(Kind.REPOSITORY, repository["repositoryName"]),
            lambda: as_tags(ecr.list_tags_for_resource(resourceArn=arn).get("tags", ())),
        )

    return describe_each(pages(ecr, "describe_repositories", "repositories"), described)


TYPES = (
    ResourceType(
        Kind.REPOSITORY,
        _repositories,
        # With the images in it.
        by_one_call("ecr", "delete_repository", "repositoryName", force=True),
    ),
)
