import base64
from pathlib import Path
from typing import Any

import pytest

from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError
from tests.unit.harness.image.fake_builder import FakeBuilder

HOST = "123456789012.dkr.ecr.eu-north-1.amazonaws.com"
PASSWORD = "token-of-twelve-hours"
OURS = [{"Key": "Project", "Value": "product-catalog"}]


class FakeEcr:
    """A registry with some repositories, and the tags of the images in them."""

    def __init__(self) -> None:
        self.repositories: dict[str, list[str]] = {}
        self.tags: Any = OURS
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        login = {"authorizationToken": token, "proxyEndpoint": f"https://{HOST}"}
        self.aws = FakeAws.answering(
            {
                "ecr.DescribeRepositories": self._describe,
                "ecr.CreateRepository": self._create,
                "ecr.DeleteRepository": self._delete,
                "ecr.TagResource": {},
                "ecr.DescribeImages": self._images,
                "ecr.ListTagsForResource": lambda _: {"tags": self.tags},
                "ecr.GetAuthorizationToken": {"authorizationData": [login]},
            }
        )

    def repository(self, name: str) -> dict[str, Any]:
        arn = f"arn:aws:ecr:eu-north-1:123456789012:repository/{name}"
        uri = f"{HOST}/{name}"
        return {"repositoryName": name, "repositoryArn": arn, "repositoryUri": uri}

    def _describe(self, request: dict[str, Any]) -> dict[str, Any]:
        (name,) = request["repositoryNames"]
        if name not in self.repositories:
            raise RefusalError("RepositoryNotFoundException")
        return {"repositories": [self.repository(name)]}

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        self.repositories[request["repositoryName"]] = []
        self.tags = request["tags"]
        return {"repository": self.repository(request["repositoryName"])}

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["force"], "it has images"
        del self.repositories[request["repositoryName"]]
        return {}

    def _images(self, request: dict[str, Any]) -> dict[str, Any]:
        (image,) = request["imageIds"]
        if image["imageTag"] not in self.repositories[request["repositoryName"]]:
            raise RefusalError("ImageNotFoundException")
        return {"imageDetails": [{}]}


@pytest.fixture
def ecr() -> FakeEcr:
    return FakeEcr()


@pytest.fixture
def docker(tmp_path: Path) -> FakeBuilder:
    return FakeBuilder(tmp_path / "bin")
