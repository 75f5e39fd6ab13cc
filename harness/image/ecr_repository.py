"""ECR: the repository of the image, and the login to its registry."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.aws.tags import EXPIRES_AT, PROJECT_TAGS, as_tags
from harness.core.errors import UsageError
from harness.core.redaction import register_secret

_PROJECT = {"Project": PROJECT_TAGS["Project"]}


@dataclass(frozen=True)
class Login:
    """A login to a registry, valid for twelve hours; the password is registered for redaction."""

    registry: str
    user: str
    password: str = field(repr=False)


class Registry:
    """The private registry of an account in one region."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def ensure(self, repository: str, tags: Mapping[str, str]) -> str:
        """Return the address of a repository with these tags, which is created if it is missing.

        Raises:
            UsageError: There is one of that name that is not this project's.
        """
        found = self._find(repository)
        if found is None:
            found = self._client.create_repository(
                repositoryName=repository, tags=_listed(tags), imageTagMutability="IMMUTABLE"
            )["repository"]
        else:
            self._require_ours(found)
            if EXPIRES_AT in tags:  # of one environment, whose expiry is that of its last run
                self._client.tag_resource(resourceArn=found["repositoryArn"], tags=_listed(tags))
        address: str = found["repositoryUri"]
        return address

    def has(self, repository: str, tag: str) -> bool:
        """Whether the repository has an image with that tag."""
        try:
            found = self._client.describe_images(
                repositoryName=repository, imageIds=[{"imageTag": tag}]
            )
        except self._client.exceptions.ImageNotFoundException:
            return False
        return bool(found["imageDetails"])

    def delete(self, repository: str) -> bool:
        """Delete a repository and all images in it; False if there is none.

        Raises:
            UsageError: It is not this project's.
        """
        found = self._find(repository)
        if found is None:
            return False
        self._require_ours(found)
        self._client.delete_repository(repositoryName=repository, force=True)
        return True

    def login(self) -> Login:
        """Return a login.

        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
        """
        data = self._client.get_authorization_token()["authorizationData"][0]
        user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
        register_secret(data["authorizationToken"])
        return Login(data["proxyEndpoint"].partition("://")[2], user, register_secret(password))

    def _find(self, repository: str) -> dict[str, Any] | None:
        try:
            found = self._client.describe_repositories(repositoryNames=[repository])
        except self._client.exceptions.RepositoryNotFoundException:
            return None
        first: dict[str, Any] = found["repositories"][0]
        return first

    def _require_ours(self, repository: Mapping[str, Any]) -> None:
        arn = repository["repositoryArn"]
        tags = as_tags(self._client.list_tags_for_resource(resourceArn=arn)["tags"])
        if not _PROJECT.items() <= tags.items():
            raise UsageError(
                f"the repository {repository['repositoryName']} does not have the tag "
                "Project=product-catalog: it belongs to another project",
                remedy="choose another name with --repository",
            )


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
