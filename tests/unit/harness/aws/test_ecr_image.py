"""Whether ECR has an image: by tag or digest, in the registry of the account alone."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.ecr_image import image_problem
from harness.core.errors import TargetError
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

ACCOUNT = "111122223333"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.eu-north-1.amazonaws.com/team/catalog-api"
DIGEST = "sha256:" + 64 * "a"


def refusing(code: str) -> FakeAws:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code, "no such thing")

    return FakeAws.answering({"ecr.DescribeImages": refuse})


@pytest.mark.parametrize(
    ("suffix", "image"),
    [
        (":1.0", {"imageTag": "1.0"}),
        ("", {"imageTag": "latest"}),
        (f"@{DIGEST}", {"imageDigest": DIGEST}),
        (f":1.0@{DIGEST}", {"imageDigest": DIGEST}),
    ],
)
def test_an_image_is_looked_up_by_tag_or_digest(suffix: str, image: dict[str, str]) -> None:
    ecr = FakeAws.answering({"ecr.DescribeImages": {"imageDetails": [{"imageDigest": DIGEST}]}})

    assert image_problem(ecr, REPOSITORY + suffix, account=ACCOUNT) == ""

    assert ecr.parameters_of("ecr.DescribeImages") == [
        {"registryId": ACCOUNT, "repositoryName": "team/catalog-api", "imageIds": [image]}
    ]


@pytest.mark.parametrize("code", ["RepositoryNotFoundException", "ImageNotFoundException"])
def test_a_missing_repository_or_image_is_the_reason(code: str) -> None:
    problem = image_problem(refusing(code), f"{REPOSITORY}:1.0", account=ACCOUNT)

    assert problem == f"DescribeImages: {code}: no such thing"


def test_a_missing_permission_is_no_reason() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        image_problem(refusing("AccessDeniedException"), f"{REPOSITORY}:1.0", account=ACCOUNT)


@pytest.mark.parametrize(
    "reference",
    [
        REPOSITORY.replace(ACCOUNT, "999999999999"),
        "public.ecr.aws/nginx/nginx:1",
        "catalog-harness/product-catalog-api:latest",
        "nonexistent:latest",
    ],
)
def test_an_image_of_another_registry_is_not_looked_up(reference: str) -> None:
    with pytest.raises(TargetError, match=f"{reference} is not in the registry of account"):
        image_problem(FakeAws.answering({}), reference, account=ACCOUNT)
