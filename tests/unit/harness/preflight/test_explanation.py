import pytest

from harness.preflight import explain
from tests.unit.harness.preflight.drafts import Case, report_of
from tests.unit.harness.preflight.rules.test_every_rule_is_tested import CASES


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
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
            "s3/bucket-without-force-destroy",
        ),
    ],
)
def test_an_error_leads_to_the_rule_that_catches_it(code: str, message: str, rule: str) -> None:
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
def test_another_error_leads_to_none(code: str, message: str) -> None:
    assert explain(code, message) is None


# Rules that expect the same message: two ways to the same error.
SAME_MESSAGE = [
    {"ecs/capacity-provider-not-attached", "ecs/service-before-capacity-providers"},
    {"ec2/zone-of-another-region", "ec2/zone-not-available"},
    {"ec2/invalid-cidr", "ec2/subnet-outside-vpc"},
    {"elbv2/access-log-bucket-policy", "elbv2/access-log-bucket-encryption"},
    {"elbv2/health-check-port", "elbv2/health-check-path"},
    {"rds/engine-version-not-offered", "rds/retired-engine-version"},
    {"rds/instance-class-not-offered", "rds/instance-class"},
    {"cloudfront/policy-not-found", "cloudfront/wrong-policy"},
    {"secretsmanager/name-taken", "secretsmanager/recovery-window"},
    {"iam/role-name-taken", "terraform/name-not-unique-per-run"},
]
EXPLICIT = [case for case in CASES if case.at]


@pytest.mark.parametrize("case", EXPLICIT, ids=str)
def test_what_a_finding_says_leads_back_to_its_rule(case: Case) -> None:
    for finding in report_of(case).findings:
        code, _, message = finding.says.partition(": ")
        if finding.rule != case.rule or len(message) < 20 or code.startswith("("):
            continue
        found = explain("" if code in ("Error", "Warning") else code, message)
        assert found is not None
        both = {found.id, case.rule}
        assert len(both) == 1 or both in SAME_MESSAGE
