"""ECR: the repositories of images."""

from harness.aws.resources.resource import Kind, by_one_call, listed_tags, resource_type

TYPES = (
    resource_type(
        *(Kind.REPOSITORY, "describe_repositories", "repositories", "repositoryName"),
        # With the images in it.
        by_one_call("delete_repository", "repositoryName", force=True),
        tags=listed_tags("resourceArn", "repositoryArn", "tags"),
    ),
)
