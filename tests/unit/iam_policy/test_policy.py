"""docs/iam-policy.json: current, no more than what was recorded, and limited where AWS can."""

import json
import re
from typing import Any

import pytest
from botocore import xform_name

from harness.emulator.gateway.aws import service_model
from tests.iam_policy.policy import (
    FILE,
    FREE,
    LONGEST_OF_A_ROLE,
    RECORDED,
    ROOT,
    UNRECORDED,
    text,
)

POLICY: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
ACTIONS = {action for each in POLICY["Statement"] for action in each["Action"]}
SERVICES = {
    **{name: name for name in ("ec2", "ecs", "rds", "logs", "cloudwatch", "cloudfront", "iam")},
    **{name: name for name in ("secretsmanager", "application-autoscaling", "ecr", "kms", "sns")},
    "elbv2": "elasticloadbalancing",
}
# Names that are no operation there.
OTHERS = {"enable_http_endpoint"}


def test_the_file_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run python -m tests.iam_policy"


def test_it_has_exactly_the_actions_of_the_recording() -> None:
    assert {*json.loads(RECORDED.read_text())} | UNRECORDED == ACTIONS | FREE


def test_every_operation_that_the_harness_names_is_allowed() -> None:
    """Also on a path that no rehearsal takes."""
    names: dict[str, set[str]] = {}
    for service, namespace in SERVICES.items():
        for operation in service_model(service).operation_names:
            names.setdefault(xform_name(operation), set()).add(f"{namespace}:{operation}")
    harness = ROOT / "harness"
    sources = [
        path for path in harness.rglob("*.py") if path.relative_to(harness).parts[0] != "emulator"
    ]
    texts = (path.read_text(encoding="utf-8") for path in sources)
    named = {word for text in texts for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+", text)}

    missing = {word for word in named & names.keys() if not names[word] & ACTIONS}
    assert missing <= OTHERS


def test_it_fits_into_a_role() -> None:
    filled = json.dumps(POLICY, separators=(",", ":")).replace("ACCOUNT_ID", "123456789012")
    filled = filled.replace("AWS_REGION", "ap-southeast-1").replace("STATE_BUCKET", 40 * "b")

    assert len(filled) <= LONGEST_OF_A_ROLE


def test_no_action_is_a_pattern() -> None:
    assert not [action for action in ACTIONS if "*" in action]


def test_whatever_changes_something_is_limited_to_names_or_the_region() -> None:
    for statement in POLICY["Statement"]:
        changing = {
            action
            for action in statement["Action"]
            if not action.partition(":")[2].startswith(("Describe", "List", "Get", "Simulate"))
        }
        unlimited = statement["Resource"] == ["*"] and "Condition" not in statement
        # CloudFront has neither names nor regions.
        assert not unlimited or changing <= {"cloudfront:CreateDistribution"}


@pytest.mark.parametrize(
    "action", ["secretsmanager:GetSecretValue", "s3:GetObject", "logs:GetLogEvents"]
)
def test_data_is_read_of_the_stack_and_its_state_alone(action: str) -> None:
    for statement in POLICY["Statement"]:
        if action in statement["Action"]:
            assert all("catalog" in arn or "STATE_BUCKET" in arn for arn in statement["Resource"])


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("iam:PassRole", "iam:PassedToService"),
        ("iam:CreateServiceLinkedRole", "iam:AWSServiceName"),
    ],
)
def test_roles_are_passed_to_and_made_for_named_services(action: str, key: str) -> None:
    [statement] = [each for each in POLICY["Statement"] if action in each["Action"]]

    assert statement["Action"] == [action]
    assert key in statement["Condition"]["StringEquals"]
