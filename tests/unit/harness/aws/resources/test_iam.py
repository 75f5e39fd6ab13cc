"""IAM: listing and deleting."""

from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import (
    ACCOUNT,
    NOW,
    deleted,
    gone,
    listed,
    tags,
    upper,
)
from tests.unit.harness.checks.fake_aws import Answer

NAME = "catalog-pr1"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/{NAME}"


def role(name: str, path: str = "/") -> dict[str, object]:
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": "AROA12345678901234567",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
        "CreateDate": NOW,
    }


def test_roles_and_policies_are_listed_with_their_tags() -> None:
    answers: dict[str, Answer] = {
        "iam.ListRoles": {"Roles": [role("catalog-task-pr1"), role("admin")]},
        "iam.ListRoleTags": lambda request: {
            "Tags": upper(tags()) if request["RoleName"] != "admin" else []
        },
        "iam.ListPolicies": {"Policies": [{"PolicyName": NAME, "Arn": POLICY}]},
        "iam.ListPolicyTags": {"Tags": upper(tags())},
    }

    assert listed(answers) == [
        Resource(Kind.ROLE, "catalog-task-pr1", tags=tags()),
        Resource(Kind.ROLE, "admin"),
        Resource(Kind.POLICY, POLICY, NAME, tags()),
    ]


def test_the_roles_of_aws_are_not_listed() -> None:
    linked = role("AWSServiceRoleForECS", "/aws-service-role/ecs.amazonaws.com/")
    sign_on = role("AWSReservedSSO_admin", "/aws-reserved/sso.amazonaws.com/")

    assert listed({"iam.ListRoles": {"Roles": [linked, sign_on]}}) == []


def test_a_role_that_is_deleted_meanwhile_is_left_out() -> None:
    answers = {"iam.ListRoles": {"Roles": [role(NAME)]}, "iam.ListRoleTags": gone("NoSuchEntity")}

    assert listed(answers) == []


def test_a_role_is_freed_of_everything_that_prevents_its_deletion() -> None:
    profile = {
        "Path": "/",
        "InstanceProfileName": "profile",
        "InstanceProfileId": "AIPA123456789012345",
        "Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/profile",
        "CreateDate": "2026-01-01",
        "Roles": [],
    }
    _, aws = deleted(
        Resource(Kind.ROLE, NAME),
        {
            "iam.ListAttachedRolePolicies": {"AttachedPolicies": [{"PolicyArn": POLICY}]},
            "iam.DetachRolePolicy": {},
            "iam.ListRolePolicies": {"PolicyNames": ["start-tasks"]},
            "iam.DeleteRolePolicy": {},
            "iam.ListInstanceProfilesForRole": {"InstanceProfiles": [profile]},
            "iam.RemoveRoleFromInstanceProfile": {},
            "iam.DeleteRole": {},
        },
    )

    done = [name.partition(".")[2] for name, _ in aws.requests if ".List" not in name]
    assert done == [
        "DetachRolePolicy",
        "DeleteRolePolicy",
        "RemoveRoleFromInstanceProfile",
        "DeleteRole",
    ]


def test_a_policy_is_deleted_with_its_older_versions() -> None:
    versions = [
        {"VersionId": "v2", "IsDefaultVersion": True},
        {"VersionId": "v1", "IsDefaultVersion": False},
    ]
    _, aws = deleted(
        Resource(Kind.POLICY, POLICY),
        {
            "iam.ListPolicyVersions": {"Versions": versions},
            "iam.DeletePolicyVersion": {},
            "iam.DeletePolicy": {},
        },
    )

    assert [each["VersionId"] for each in aws.parameters_of("iam.DeletePolicyVersion")] == ["v1"]
