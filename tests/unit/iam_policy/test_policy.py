"""docs/iam-policy.json: current, no more than what was recorded, and all of it is required."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from ministack.core.iam_evaluator import (
    EvalContext,
    evaluate,
    parse_policy_document,
)

from harness.aws.caller_identity import Identity
from harness.catalog.account_needs import account_needs
from harness.core.errors import UsageError
from harness.deploy.guards.permissions import guard_permissions
from harness.emulator.gateway.aws import service_model
from stack.config import StackConfig
from tests.iam_policy.policy import LONGEST_OF_A_ROLE, POLICIES, RECORDED, ROOT, UNRECORDED, text
from tests.integration.simulated_aws import ACCOUNT, BUCKET, REGION, documented
from tests.unit.harness.checks.fake_aws import FakeAws

SERVICES = {
    **{name: name for name in ("ec2", "ecs", "rds", "logs", "cloudwatch", "cloudfront", "iam")},
    **{name: name for name in ("secretsmanager", "application-autoscaling", "ecr", "kms", "sns")},
    "elbv2": "elasticloadbalancing",
}
# Names that are no operation there.
OTHERS = {"enable_http_endpoint"}
USER = f"arn:aws:iam::{ACCOUNT}:user/nightly"
ACTIONS = sorted({action for each in documented()["Statement"] for action in each["Action"]})
GROUPS = 20


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_the_file_is_current(path: Any) -> None:
    assert path.read_text(encoding="utf-8") == text(path), "run python -m tests.iam_policy"


def test_it_has_exactly_the_actions_of_the_recording() -> None:
    free = {"sts:GetCallerIdentity", "iam:CreateUser", "iam:CreateAccessKey"}

    assert set(ACTIONS) == ({*json.loads(RECORDED.read_text())} | UNRECORDED) - free


def test_every_operation_that_the_harness_names_is_allowed() -> None:
    """Also on a path that no rehearsal takes."""
    names: dict[str, set[str]] = {}
    for service, namespace in SERVICES.items():
        for operation in service_model(service).operation_names:
            names.setdefault(xform_name(operation), set()).add(f"{namespace}:{operation}")
    sources = [
        path
        for path in (ROOT / "harness").rglob("*.py")
        if path.relative_to(ROOT / "harness").parts[0] != "emulator"
    ]
    named = {
        word
        for path in sources
        for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+", path.read_text())
    }

    missing = {word for word in named & names.keys() if not names[word] & {*ACTIONS}}
    assert missing <= OTHERS


def test_it_fits_into_a_role() -> None:
    assert len(json.dumps(documented(), separators=(",", ":"))) <= LONGEST_OF_A_ROLE


def test_no_action_is_a_pattern() -> None:
    assert not [action for action in ACTIONS if "*" in action]


def test_whatever_changes_something_is_limited_to_names_or_the_region() -> None:
    for statement in documented()["Statement"]:
        changing = [
            action
            for action in statement["Action"]
            if not action.partition(":")[2].startswith(("Describe", "List", "Get", "Simulate"))
        ]
        unlimited = statement["Resource"] == ["*"] and "Condition" not in statement
        # CloudFront has neither names nor regions.
        assert not unlimited or set(changing) <= {"cloudfront:CreateDistribution"}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("secretsmanager:GetSecretValue", "secret:payments/database-AbCdEf"),
        ("logs:GetLogEvents", "log-group:/ecs/payments:log-stream:x"),
        ("secretsmanager:DeleteSecret", "secret:payments/database-AbCdEf"),
        ("rds:DeleteDBCluster", "cluster:payments"),
        ("ecs:DeleteCluster", "cluster/payments"),
        ("logs:DeleteLogGroup", "log-group:/aws/lambda/payments"),
    ],
)
def test_what_belongs_to_others_is_not_allowed(action: str, resource: str) -> None:
    service = action.partition(":")[0]

    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
    assert decision(documented(), action, arn, {}) == "implicitDeny"


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("iam:PassRole", "iam:PassedToService"),
        ("iam:CreateServiceLinkedRole", "iam:AWSServiceName"),
    ],
)
def test_roles_are_passed_to_and_made_for_named_services(action: str, key: str) -> None:
    [statement] = [each for each in documented()["Statement"] if action in each["Action"]]

    assert statement["Action"] == [action]
    assert key in statement["Condition"]["StringEquals"]


@pytest.mark.parametrize("action", ["ec2:CreateVpc", "ec2:DeleteVpc"])
def test_another_region_is_not_allowed(action: str) -> None:
    context = {"aws:requestedregion": "us-east-1"}

    assert decision(documented(), action, "*", context) == "implicitDeny"


@pytest.mark.parametrize("number", range(GROUPS))
def test_each_action_that_is_missing_is_refused_by_name(number: int) -> None:
    missing = set(ACTIONS[number::GROUPS])

    with pytest.raises(UsageError) as caught:
        guard(without(lambda each: each in missing))

    named = {line.split()[1] for line in caught.value.message.splitlines()[1:]}
    assert named == missing


def test_the_whole_policy_passes() -> None:
    guard(documented())


def test_a_smaller_stack_needs_less() -> None:
    policy = without(lambda each: each.startswith(("rds:C", "ecs:C")))

    guard(policy, tiers=["secret", "storage"])
    with pytest.raises(UsageError, match="rds:CreateDBCluster"):
        guard(policy)


def without(removed: Callable[[str], bool]) -> dict[str, Any]:
    """Return the documented policy without some actions."""
    policy = documented()
    for statement in policy["Statement"]:
        statement["Action"] = [each for each in statement["Action"] if not removed(each)]
    return policy | {"Statement": [each for each in policy["Statement"] if each["Action"]]}


def guard(policy: Mapping[str, Any], **fields: Any) -> None:
    fields |= {"environment_suffix": "pr1", "state_bucket": BUCKET}
    needs = account_needs(StackConfig.from_mapping(fields), ACCOUNT)

    def simulate(request: Mapping[str, Any]) -> dict[str, Any]:
        return {"EvaluationResults": list(_results(policy, request))}

    guard_permissions(
        *(FakeAws.answering({"iam.SimulatePrincipalPolicy": simulate}), Identity(ACCOUNT, USER)),
        needs.statements,
        example="pr1",
        note=pytest.fail,
    )


def _results(policy: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    context = {
        each["ContextKeyName"].lower(): each["ContextKeyValues"][0]
        for each in request["ContextEntries"]
    }
    for action in request["ActionNames"]:
        for resource in request.get("ResourceArns", ["*"]):
            yield {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision(policy, action, resource, context),
            }


def decision(
    policy: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]
) -> str:
    found = evaluate(
        EvalContext(
            principal_arn=USER,
            principal_type="User",
            principal_account=ACCOUNT,
            action=action,
            resource_arn=resource,
            region=context.get("aws:requestedregion", REGION),
            service_context=context,
        ),
        [_parsed(json.dumps(policy))],
    )
    return "allowed" if found.decision == "Allow" else "implicitDeny"


@cache
def _parsed(document: str) -> Any:
    return parse_policy_document(document)
