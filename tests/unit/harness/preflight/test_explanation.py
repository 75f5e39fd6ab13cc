import pytest

from harness.preflight.explanation import explain


@pytest.mark.parametrize(
    ("code", "message", "rule"),
    [
        (
            "InvalidParameterCombination",
            "Cannot find version 15.3 for aurora-postgresql",
            "rds/engine-version-not-offered",
        ),
        (
            "InvalidArgument",
            "The parameter ForwardedValues cannot be used when a cache policy is associated to the "
            "cache behavior.",
            "cloudfront/cache-policy-with-forwarded-values",
        ),
        (
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy is not supported. Remove "
            "one and try again.",
            "ecs/launch-type-with-capacity-provider-strategy",
        ),
        (
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for "
            "deletion.",
            "secretsmanager/name-taken",
        ),
        (
            "ResourceExistsException",
            "The operation failed because the secret catalog/pr1/db already exists.",
            "secretsmanager/name-taken",
        ),
        ("BucketAlreadyOwnedByYou", "", "s3/bucket-name-taken"),
        ("DBClusterAlreadyExistsFault", "DB cluster x already exists.", "rds/identifier-taken"),
        (
            "",
            'Extraneous JSON object property\n\nNo argument or block type is named "use_lockfile".',
            "terraform/unknown-backend-argument",
        ),
        (
            "",
            "Invalid Attribute Combination\n\nNo attribute specified when one (and only one) of "
            "[rule[0].filter,rule[0].prefix] is required",
            "s3/lifecycle-rule-without-filter",
        ),
        (
            "",
            'Reference to undeclared resource: A managed resource "aws_vpc" "v" is not declared',
            "terraform/undeclared-resource",
        ),
        (
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
            "s3/bucket-without-force-destroy",
        ),
    ],
)
def test_an_error_is_explained_by_its_rule(code: str, message: str, rule: str) -> None:
    found = explain(code, message)
    assert found is not None
    assert found.id == rule


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidParameterCombination", "Something else"),
        ("OtherCode", "Cannot find version 15.3 for aurora-postgresql"),
        ("EntityAlreadyExists", "Group with name x already exists."),
        ("", ""),
    ],
)
def test_another_error_is_not_explained(code: str, message: str) -> None:
    assert explain(code, message) is None
