"""The roles of AWS services exist before the first resource that needs them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.core.errors import UsageError
from harness.deploy.guards.service_linked_roles import ensure_service_linked_roles
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

ROLES = {
    "AWSServiceRoleForECS": "ecs.amazonaws.com",
    "AWSServiceRoleForRDS": "rds.amazonaws.com",
}


def refusing(code: str) -> Any:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code)

    return refuse


def account(*existing: str, **answers: Any) -> FakeAws:
    def get(request: dict[str, Any]) -> dict[str, Any]:
        name = request["RoleName"]
        if name not in existing:
            raise RefusalError("NoSuchEntity")
        path, arn = "/aws-service-role/x/", f"arn:aws:iam::123456789012:role/{name}"
        return {
            "Role": {
                "Path": path,
                "RoleName": name,
                "RoleId": "AROA" + 16 * "X",
                "Arn": arn,
                "CreateDate": 0,
            }
        }

    return FakeAws.answering({"iam.GetRole": get, "iam.CreateServiceLinkedRole": {}, **answers})


def ensure(aws: FakeAws) -> list[str]:
    notes: list[str] = []
    ensure_service_linked_roles(aws, ROLES, note=notes.append)
    return notes


def test_existing_roles_are_left_alone() -> None:
    aws = account(*ROLES)

    assert ensure(aws) == []
    assert aws.parameters_of("iam.CreateServiceLinkedRole") == []


def test_a_missing_role_is_created_and_noted() -> None:
    aws = account("AWSServiceRoleForECS")

    [note] = ensure(aws)

    assert "AWSServiceRoleForRDS of rds.amazonaws.com" in note
    assert aws.parameters_of("iam.CreateServiceLinkedRole") == [
        {"AWSServiceName": "rds.amazonaws.com"}
    ]


def test_a_role_that_another_run_creates_meanwhile_is_no_error() -> None:
    assert ensure(account(**{"iam.CreateServiceLinkedRole": refusing("InvalidInput")})) == []


def test_a_role_that_must_not_be_created_is_refused_with_the_commands() -> None:
    with pytest.raises(UsageError, match="the account has no role AWSServiceRoleForECS") as caught:
        ensure(account(**{"iam.CreateServiceLinkedRole": refusing("AccessDenied")}))

    for service in ROLES.values():
        command = f"aws iam create-service-linked-role --aws-service-name {service}"
        assert command in caught.value.remedy


def test_roles_that_cannot_be_looked_up_are_one_note() -> None:
    [note] = ensure(account(**{"iam.GetRole": refusing("AccessDenied")}))

    assert note.startswith("whether the role AWSServiceRoleForECS exists is unknown")


def test_any_other_error_is_not_hidden() -> None:
    with pytest.raises(ClientError, match="ServiceFailure"):
        ensure(account(**{"iam.GetRole": refusing("ServiceFailure")}))
