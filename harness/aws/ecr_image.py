"""Look-up of a container image in the private registry of an account."""

import json
import re
from collections.abc import Mapping
from typing import Any

import boto3
import requests
from botocore.exceptions import ClientError

from harness.aws.errors import error_code, error_message
from harness.core.errors import TargetError

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
_REFERENCE = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z.]+/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^:@]+))?(?:@(?P<digest>[^@]+))?"
)
# Architecture in the runtime platform of a task -> in a manifest.
_ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}
_MANIFESTS = [
    *(f"application/vnd.oci.image.{kind}.v1+json" for kind in ("index", "manifest")),
    *(f"application/vnd.docker.distribution.manifest.{k}v2+json" for k in ("list.", "")),
]
_ABSENT = ("RepositoryNotFoundException", "ImageNotFoundException", "InvalidParameterException")


def image_problem(
    session: boto3.Session, reference: str, architecture: str, *, account: str
) -> str:
    """Return why an image in the registry of an account cannot run; empty if it can.

    Args:
        architecture: That of the task, as in its runtime platform; empty if it is unknown.

    Raises:
        TargetError: It is in another registry, or its configuration cannot be downloaded.
        ClientError: ECR refused the request otherwise, such as for a missing permission.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None or found["account"] != account:
        raise TargetError(f"{reference} is not in the registry of account {account}")
    # As for the engine, a digest takes precedence over a tag.
    digest, tag = found["digest"], found["tag"] or "latest"
    image = {"imageDigest": digest} if digest else {"imageTag": tag}
    ecr: Any = session.client("ecr", region_name=found["region"])
    place = {"registryId": account, "repositoryName": found["repository"]}
    try:
        ecr.describe_images(**place, imageIds=[image])
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return error_message(error)
        raise
    read = ecr.batch_get_image(**place, imageIds=[image], acceptedMediaTypes=_MANIFESTS)
    manifests = [json.loads(each["imageManifest"]) for each in read["images"]]
    try:
        built = {name for each in manifests for name in _architectures(ecr, place, each)}
    except requests.RequestException as error:
        raise TargetError(f"the architecture of {reference} is unknown: {error}") from error
    if not built or _ARCHITECTURES.get(architecture, architecture) in ("", *built):
        return ""
    return f"it is built for {', '.join(sorted(built))}, and the task runs on {architecture}"


def _architectures(ecr: Any, place: Mapping[str, str], manifest: Mapping[str, Any]) -> list[str]:
    """Return the architectures of an image index, or that of a single image.

    https://github.com/opencontainers/image-spec/blob/main/image-index.md
    """
    if "manifests" in manifest:
        platforms = (each.get("platform", {}) for each in manifest["manifests"])
        names = [each.get("architecture", "unknown") for each in platforms]
        return [name for name in names if name != "unknown"]  # of attestations
    layer = ecr.get_download_url_for_layer(**place, layerDigest=manifest["config"]["digest"])
    config = requests.get(layer["downloadUrl"], timeout=20.0).json()
    return [config["architecture"]] if "architecture" in config else []
