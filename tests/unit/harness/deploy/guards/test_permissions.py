"""The permissions of the caller are simulated before anything is created."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.deploy.guards.permissions import guard_permissions
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/nightly"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/run-7"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/nightly"
CLUSTERS = "arn:aws:ecs:eu-north-1:123456789012:cluster/catalog-*"
STATEMENTS: list[dict[str, Any]] = [
    {"Action": ["ecs:CreateCluster", "ecs:DeleteCluster"], "Resource": [CLUSTERS]},
    {
        "Action": ["ec2:CreateVpc"],
        "Resource": ["*"],
        "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-north-1"}},
    },
]


def refusing(code: str) -> Any:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code)

    return refuse


def account(*denied: str, **answers: Any) -> FakeAws:
    """Return an account that denies some actions to the caller."""

    def simulate(request: dict[str, Any]) -> dict[str, Any]:
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": "implicitDeny" if action in denied else "allowed",
                }
                for action in request["ActionNames"]
                for resource in request.get("ResourceArns", ["*"])
            ]
        }

    role = {"Path": "/ci/", "RoleName": "nightly", "RoleId": "AROA" + 16 * "X", "Arn": ROLE}
    found = {"iam.GetRole": {"Role": {**role, "CreateDate": 0}}}
    return FakeAws.answering({"iam.SimulatePrincipalPolicy": simulate, **found, **answers})


def guard(aws: FakeAws, arn: str = USER, statements: Any = STATEMENTS) -> list[str]:
    notes: list[str] = []
    identity = Identity(ACCOUNT, arn)
    guard_permissions(aws, identity, statements, example="pr1", note=notes.append)
    return notes


def test_all_permissions_are_enough() -> None:
    assert guard(account()) == []


def test_every_missing_action_is_listed_at_once_with_its_resource() -> None:
    with pytest.raises(UsageError) as caught:
        guard(account("ecs:DeleteCluster", "ec2:CreateVpc"))

    assert caught.value.message == (
        f"{USER} lacks 2 permission(s):\n"
        "  - ec2:CreateVpc\n"
        "  - ecs:DeleteCluster on arn:aws:ecs:eu-north-1:123456789012:cluster/catalog-pr1"
    )
    assert "docs/iam-policy.json" in caught.value.remedy


def test_an_action_is_simulated_with_the_context_of_its_condition() -> None:
    aws = account()

    guard(aws)

    requests = aws.parameters_of("iam.SimulatePrincipalPolicy")
    assert [each["ActionNames"] for each in requests] == [
        ["ecs:CreateCluster", "ecs:DeleteCluster"],
        ["ec2:CreateVpc"],
    ]
    assert requests[1]["ContextEntries"] == [
        {
            "ContextKeyName": "aws:RequestedRegion",
            "ContextKeyValues": ["eu-north-1"],
            "ContextKeyType": "string",
        }
    ]


def test_many_actions_are_simulated_in_batches() -> None:
    aws = account()

    guard(aws, statements=[{"Action": [f"s3:Get{n}" for n in range(90)], "Resource": "*"}])

    requests = aws.parameters_of("iam.SimulatePrincipalPolicy")
    assert [len(each["ActionNames"]) for each in requests] == [40, 40, 10]


def test_of_a_session_the_role_is_simulated_with_its_path() -> None:
    aws = account()

    guard(aws, SESSION)

    [first, _] = aws.parameters_of("iam.SimulatePrincipalPolicy")
    assert first["PolicySourceArn"] == ROLE


def test_of_a_session_that_must_not_read_its_role_the_arn_is_derived() -> None:
    aws = account(**{"iam.GetRole": refusing("AccessDenied")})

    guard(aws, SESSION)

    [first, _] = aws.parameters_of("iam.SimulatePrincipalPolicy")
    assert first["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/nightly"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity", "InvalidInput"])
def test_what_cannot_be_simulated_is_one_note(code: str) -> None:
    [note] = guard(account(**{"iam.SimulatePrincipalPolicy": refusing(code)}))

    assert note.startswith(f"it is unknown what {USER} may do: SimulatePrincipalPolicy: {code}")


def test_any_other_error_is_not_hidden() -> None:
    with pytest.raises(ClientError, match="ServiceFailure"):
        guard(account(**{"iam.SimulatePrincipalPolicy": refusing("ServiceFailure")}))
