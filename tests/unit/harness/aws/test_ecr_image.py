"""Whether ECR has an image, for the architecture of the task: in the account's registry alone."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from harness.aws import ecr_image
from harness.core.errors import TargetError
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

ACCOUNT = "111122223333"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.eu-north-1.amazonaws.com/team/catalog-api"
DIGEST = "sha256:" + 64 * "a"


def refusing(code: str) -> FakeAws:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code, "no such thing")

    return FakeAws.answering({"ecr.DescribeImages": refuse})


INDEX = {
    "manifests": [
        {"platform": {"architecture": "amd64", "os": "linux"}},
        {"platform": {"architecture": "arm64", "os": "linux"}},
        {"platform": {"architecture": "unknown", "os": "unknown"}},
    ]
}
ARM_INDEX = {"manifests": INDEX["manifests"][1:]}
SINGLE = {"config": {"digest": DIGEST}, "layers": []}
URL = "https://prod-eu-north-1-starport-layer-bucket.example/config"


def registry(manifest: dict[str, Any]) -> FakeAws:
    """Return an ECR with one image."""
    read = {"images": [{"imageManifest": json.dumps(manifest)}]}
    return FakeAws.answering(
        {
            "ecr.DescribeImages": {"imageDetails": [{"imageDigest": DIGEST}]},
            "ecr.BatchGetImage": read,
            "ecr.GetDownloadUrlForLayer": {"downloadUrl": URL},
        }
    )


def image_problem(ecr: FakeAws, reference: str, architecture: str = "X86_64") -> str:
    return ecr_image.image_problem(ecr, reference, architecture, account=ACCOUNT)


def downloaded(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Set the configuration of the image, or the error of its download."""

    def get(url: str, timeout: float) -> Any:
        assert (url, timeout > 0) == (URL, True)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(json=lambda: answer)

    monkeypatch.setattr(requests, "get", get)


@pytest.mark.parametrize(
    ("manifest", "architecture", "problem"),
    [
        (INDEX, "X86_64", ""),
        (INDEX, "ARM64", ""),
        (ARM_INDEX, "ARM64", ""),
        (ARM_INDEX, "X86_64", "it is built for arm64, and the task runs on X86_64"),
        ({"manifests": [{"digest": DIGEST}]}, "X86_64", ""),
    ],
)
def test_an_image_index_has_the_architecture_of_the_task(
    manifest: dict[str, Any], architecture: str, problem: str
) -> None:
    assert image_problem(registry(manifest), f"{REPOSITORY}:1.0", architecture) == problem


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"architecture": "amd64"}, ""),
        ({"architecture": "arm64"}, "it is built for arm64, and the task runs on X86_64"),
        ({}, ""),
    ],
)
def test_a_single_image_has_it_in_its_configuration(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, str], problem: str
) -> None:
    downloaded(monkeypatch, config)
    ecr = registry(SINGLE)

    assert image_problem(ecr, f"{REPOSITORY}:1.0") == problem
    assert ecr.parameters_of("ecr.GetDownloadUrlForLayer")[0]["layerDigest"] == DIGEST


def test_a_configuration_that_cannot_be_downloaded_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    downloaded(monkeypatch, requests.ConnectionError("no route"))

    with pytest.raises(TargetError, match=f"architecture of {REPOSITORY}:1.0 is unknown: no route"):
        image_problem(registry(SINGLE), f"{REPOSITORY}:1.0")


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
    ecr = registry(INDEX)

    assert image_problem(ecr, REPOSITORY + suffix) == ""

    assert ecr.parameters_of("ecr.DescribeImages") == [
        {"registryId": ACCOUNT, "repositoryName": "team/catalog-api", "imageIds": [image]}
    ]


@pytest.mark.parametrize("code", ["RepositoryNotFoundException", "ImageNotFoundException"])
def test_a_missing_repository_or_image_is_the_reason(code: str) -> None:
    problem = image_problem(refusing(code), f"{REPOSITORY}:1.0")

    assert problem == f"DescribeImages: {code}: no such thing"


def test_a_missing_permission_is_no_reason() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        image_problem(refusing("AccessDeniedException"), f"{REPOSITORY}:1.0")


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
        image_problem(FakeAws.answering({}), reference)
