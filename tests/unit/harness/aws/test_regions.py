import pytest

from harness.aws.regions import require_region
from harness.core.errors import UsageError


@pytest.mark.parametrize("name", ["eu-north-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
def test_a_region_of_any_partition_is_accepted(name: str) -> None:
    require_region(name)


@pytest.mark.parametrize(
    "name", ["xx-yy-9", "eu-north", "EU-NORTH-1", "aws-global", " ", "eu-north-9"]
)
def test_anything_else_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match=r"--region: .* is not an AWS region"):
        require_region(name)


def test_a_similar_region_is_suggested_and_the_option_named() -> None:
    with pytest.raises(UsageError, match=r"--state-bucket-region: 'eu-nort-1'.*\n.*eu-north-1"):
        require_region("eu-nort-1", "--state-bucket-region")
