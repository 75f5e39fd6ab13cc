"""Look-up of a container image in the private registry of an account."""

import re

import boto3
from botocore.exceptions import ClientError

from harness.aws.errors import error_code, error_message
from harness.core.errors import TargetError

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
_REFERENCE = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z.]+/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^:@]+))?(?:@(?P<digest>[^@]+))?"
)
_ABSENT = ("RepositoryNotFoundException", "ImageNotFoundException", "InvalidParameterException")


def image_problem(session: boto3.Session, reference: str, *, account: str) -> str:
    """Return why an image in the registry of an account cannot be pulled; empty if it can.

    Raises:
        TargetError: It is in another registry.
        ClientError: ECR refused the request otherwise, such as for a missing permission.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None or found["account"] != account:
        raise TargetError(f"{reference} is not in the registry of account {account}")
    # As for the engine, a digest takes precedence over a tag.
    digest, tag = found["digest"], found["tag"] or "latest"
    image = {"imageDigest": digest} if digest else {"imageTag": tag}
    try:
        session.client("ecr", region_name=found["region"]).describe_images(
            registryId=account,
            repositoryName=found["repository"],
            imageIds=[image],
        )
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return error_message(error)
        raise
    return ""
